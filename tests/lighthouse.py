"""Lighthouse's score of access for every page of the built book. Run it with `make lighthouse`.

`make test` asks axe, of which the score is made, and needs no node and no network; this says
what one reads who opens Lighthouse in a browser.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from built import ARGUMENTS, CHROMIUM, HTML, pages, served

LIGHTHOUSE = "lighthouse@13.5.0"
LEAST = 95
FAULTY = "<html><input><img src=data:,><button></button>"  # no language, no title, no names


def require_tools():
    needs = {
        "npx, which comes with node 22 or newer": shutil.which("npx"),
        "a browser (on Debian or Ubuntu: apt install chromium)": CHROMIUM,
    }
    lacks = [f"  {what}" for what, found in needs.items() if not found]
    if lacks:
        sys.exit("\n".join(["Lighthouse needs what is not here:", *lacks]))


def report(url):
    """What Lighthouse says of one page."""
    result = subprocess.run(
        [
            "npx",
            "--yes",
            LIGHTHOUSE,
            url,
            "--only-categories=accessibility",
            "--output=json",
            "--quiet",
            "--no-enable-error-reporting",
            f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}",
        ],
        env=os.environ | {"CHROME_PATH": CHROMIUM},
        capture_output=True,
        text=True,
    )
    if result.returncode:
        sys.exit(f"{LIGHTHOUSE} failed on {url}:\n{result.stderr}")
    return json.loads(result.stdout)


def verdict(report):
    """The score, 0 … 100, and the audits that lower it."""
    category = report["categories"]["accessibility"]
    lower = [
        audit["id"]
        for audit in category["auditRefs"]
        if audit["weight"] and report["audits"][audit["id"]]["score"] == 0
    ]
    return round(100 * (category["score"] or 0)), lower  # no score where nothing could be audited


def main():
    require_tools()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text(FAULTY, encoding="utf-8")
        with served(folder) as address:  # first and alone: npx may have to fetch Lighthouse
            score, lower = verdict(report(address))
    if score >= LEAST:
        sys.exit(f"Lighthouse gives {score} to a page made of faults: it does not see them.")
    print(f"{score:4}  (a page made of faults: {', '.join(lower)})")
    paths = [*pages(), "slides/index.html"]
    low = 0
    with served(HTML) as address, ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = pool.map(report, [address + path for path in paths])
        for path, (score, lower) in zip(paths, map(verdict, reports)):
            low += score < LEAST
            print(f"{score:4}  {path}  {', '.join(lower)}".rstrip(), flush=True)
    if low:
        sys.exit(f"{low} of {len(paths)} pages are below {LEAST}.")


if __name__ == "__main__":
    main()
