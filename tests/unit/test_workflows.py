"""What only the forge runs is at least linted, and every action is one commit, not a tag that can move."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")


def linter(name):
    """Where a linter is: beside Python, or installed on the machine."""
    return shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)


def complaints(*command):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return result.stdout + result.stderr if result.returncode else ""


def test_zizmor_has_no_complaint():
    found = linter("zizmor")
    if not found:
        pytest.skip("zizmor is not installed")
    assert complaints(found, "--offline", "--quiet", "--no-progress", ".") == ""


if linter(
    "actionlint"
):  # the pinned environment cannot have it: it is fetched when it is installed

    def test_actionlint_has_no_complaint():
        assert complaints(linter("actionlint")) == ""


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
    targets = re.findall(
        r"^([a-z-]+(?: [a-z-]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M
    )
    there = {name for line in targets for name in line.split()}
    named = {
        name
        for path in [*WORKFLOWS, ROOT / ".ci/run"]
        for name in re.findall(
            r"^\s*(?:- run: )?make ([a-z]+)", path.read_text(encoding="utf-8"), re.M
        )
    }
    assert {"check", "html", "links", "test"} <= named
    assert named - there == set()
