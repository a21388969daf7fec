"""Forty verdicts in 片段复核 by somebody who hears every clip to its end: minutes, and what the page adds to them.

    python -m benchmarks.forty_clips
    python -m benchmarks.forty_clips --think 3      # seconds from the end of a clip to the key

The centre and its twenty calls are those of ``tests/browser/test_forty_clips.py``; a real Chromium plays their sound at
the page's own speed (1.25). What is measured: from one key to the next clip's sound, and the whole.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from qa_engine.domain.people import Role
from qa_engine.logs import set_up_logs
from qa_engine.service import FixedClock
from qa_engine.settings import load_settings
from tests.browser.test_forty_clips import CALLS, RULE
from tests.desk_centre import fill_desk, open_desk
from tests.desk_site import served
from tests.web.people import PASSWORD, make_person


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--think", type=float, default=2.0, help="seconds from the end of a clip to the key")
    options = parser.parse_args()
    set_up_logs(load_settings(log_level="WARNING"))
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder), FixedClock(), sign_in=True) as engine:
        fill_desk(engine, CALLS)
        make_person(engine, "zhou", Role.INSPECTOR)
        with served(engine) as site, sync_playwright() as playwright:
            page = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", AUTOPLAY]
            ).new_page()
            page.goto(f"{site.url}/sign-in")
            page.fill("[name=name]", "zhou")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.goto(f"{site.url}/clips?rule={RULE}")
            began, waits = time.perf_counter(), []
            for n in range(40):
                shown = "document.querySelector('.clip:not([hidden]) p').textContent"
                until(page, f"{shown}.includes('第 {n + 1} 段')")
                asked = time.perf_counter()
                until(page, "!document.getElementById('clip-sound').paused")
                waits.append(time.perf_counter() - asked)
                until(page, "document.getElementById('clip-sound').paused")
                page.wait_for_timeout(1000 * options.think)
                page.keyboard.press("y")
            until(page, "!document.getElementById('done').hidden")
            whole = time.perf_counter() - began
    print(
        f"40 verdicts in {whole / 60:.1f} minutes: every clip heard to its end, {options.think:g} s to think; from a "
        f"key to the next sound p50 {1000 * statistics.median(waits):.0f} ms, the longest {1000 * max(waits):.0f} ms"
    )


def until(page: Page, true: str) -> None:
    """Asks the browser from outside: the page lets no text be run as a script."""
    while not page.evaluate(true):
        page.wait_for_timeout(20)


AUTOPLAY = "--autoplay-policy=no-user-gesture-required"

if __name__ == "__main__":
    main()
