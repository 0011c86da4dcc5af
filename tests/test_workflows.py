"""What only the forge runs is at least linted, and every action is one commit, not a tag that can move."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")


@pytest.mark.parametrize(
    "command",
    [["zizmor", "--offline", "--quiet", "--no-progress", "."], ["actionlint"]],
    ids=lambda command: command[0],
)
def test_a_linter_has_no_complaint(command):
    found = shutil.which(command[0], path=Path(sys.executable).parent) or shutil.which(command[0])
    if not found:
        pytest.skip(f"{command[0]} is not installed")
    result = subprocess.run([found, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_action_is_pinned_by_commit_and_says_its_version():
    uses = [
        (path.name, line.partition("uses: ")[2])
        for path in WORKFLOWS
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses: " in line and "uses: ./" not in line
    ]
    assert len(uses) > 10
    assert [use for use in uses if not PINNED.fullmatch(use[1])] == []
    versions = {}
    for _, use in uses:
        versions.setdefault(use.partition("@")[0], set()).add(use)
    assert [commits for commits in versions.values() if len(commits) > 1] == []


def test_every_make_target_that_a_workflow_names_is_there():
    targets = re.findall(r"^([a-z-]+(?: [a-z-]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    there = {name for line in targets for name in line.split()}
    named = {
        name
        for path in [*WORKFLOWS, ROOT / ".ci/run"]
        for name in re.findall(r"^\s*(?:- run: )?make ([a-z]+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert {"check", "html", "links", "test"} <= named
    assert named - there == set()
