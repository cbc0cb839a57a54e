#!/usr/bin/env python3
"""Drives the web page in a real browser, against a real server.

usage: run.py ATTUNE [SCENARIO…]

Wants the Python packages playwright and axe-playwright-python, and Chromium. Ends with 1 where anything is other than a
user would expect; `everything is as a visitor would expect` is the last line else.
"""

import importlib
import pathlib
import sys
import time
import traceback

SCENARIOS = ["looking", "acting", "living", "hostile", "access", "entering", "saving", "many"]


def main():
    attune = str(pathlib.Path(sys.argv[1]).resolve())
    failures = 0
    for name in sys.argv[2:] or SCENARIOS:
        begun = time.monotonic()
        try:
            importlib.import_module(name).run(attune)
            print(f"ok      {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        except Exception:
            failures += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    if failures == 0:
        print("everything is as a visitor would expect")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
