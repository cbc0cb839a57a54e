#!/usr/bin/env python3
"""How long the page of one large experiment takes to open, beside optuna-dashboard on the same trials where that is installed.

usage: page-open.py ATTUNE [--trials N] [--runs N] [--dashboard PYTHON]

Time is from navigation to the first chart with marks in it, the median of the runs, in headless Chromium; bytes are those
of everything loaded until then, as sent; memory is the server's resident set afterwards and its peak, and the page's JavaScript heap.
PYTHON is an interpreter that has optuna and optuna-dashboard; its study is in memory, its quickest storage.
"""

import argparse
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests/Campaigns/page"))
from harness import Server, browsing  # noqa: E402

DASHBOARD = textwrap.dedent("""
    import random, sys
    import optuna, optuna_dashboard
    from optuna.distributions import FloatDistribution, IntDistribution
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.InMemoryStorage()
    study = optuna.create_study(study_name="large", storage=storage)
    spaces = {"rate": FloatDistribution(0.001, 1), "depth": IntDistribution(1, 8)}
    source = random.Random(1)
    for _ in range(int(sys.argv[1])):
        rate, depth = source.uniform(0.001, 1), source.randint(1, 8)
        loss = (rate - 0.3) ** 2 + depth / 100 + source.gauss(0, 0.05)
        study.add_trial(optuna.trial.create_trial(params={"rate": rate, "depth": depth}, distributions=spaces, value=loss))
    print("ready", flush=True)
    optuna_dashboard.run_server(storage, host="127.0.0.1", port=int(sys.argv[2]))
""")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("attune")
    options.add_argument("--trials", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--dashboard")
    given = options.parse_args()
    with browsing() as browser:
        attune(browser, given)
        if given.dashboard:
            dashboard(browser, given)


def attune(browser, given):
    server = Server(str(pathlib.Path(given.attune).resolve()))
    try:
        server.create("large", maxTrialCount=given.trials + 1)
        source = random.Random(1)
        for begin in range(0, given.trials, 5000):
            trials = [trial(source) for _ in range(min(5000, given.trials - begin))]
            server.call("Experiments/ImportTrials", experiment="large", trials=trials)
        address = f"{server.url}/experiments/large"
        show("attune", server.process.pid, open_often(browser, address, "#history svg.chart .mark", given.runs))
    finally:
        server.stop()


def trial(source):
    rate, depth = source.uniform(0.001, 1), source.randint(1, 8)
    return {
        "assignment": {"rate": rate, "depth": depth},
        "metrics": {"loss": (rate - 0.3) ** 2 + depth / 100 + source.gauss(0, 0.05)},
    }


def dashboard(browser, given):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [given.dashboard, "-c", DASHBOARD, str(given.trials), str(port)],
            cwd=folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.stdout.readline()
            wait_for(f"http://127.0.0.1:{port}/api/studies")
            address = f"http://127.0.0.1:{port}/dashboard/studies/0"
            show(
                "optuna-dashboard",
                process.pid,
                open_often(
                    browser,
                    address,
                    ".js-plotly-plot .scatterlayer .point, .js-plotly-plot canvas.gl-canvas",
                    given.runs,
                ),
            )
        finally:
            process.terminate()
            process.wait(20)


def wait_for(url):
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=60):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def open_often(browser, address, mark, runs):
    found = []
    for _ in range(runs + 1):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        session = context.new_cdp_session(page)
        sizes = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        session.send("Network.enable")
        session.send("Performance.enable")
        begun = time.monotonic()
        page.goto(address, wait_until="commit", timeout=300_000)
        page.wait_for_selector(mark, state="attached", timeout=300_000)
        seconds = time.monotonic() - begun
        metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
        found.append((seconds, sum(sizes), metrics["JSHeapUsedSize"]))
        context.close()
    # The first warms what the server keeps; it is told apart.
    return found[0], [statistics.median(column) for column in zip(*found[1:])]


def show(name, pid, result):
    first, (seconds, size, heap) = result
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident, peak = (int(re.search(rf"{key}:\s+(\d+)", status).group(1)) / 1024 for key in ("VmRSS", "VmHWM"))
    print(
        f"{name}: first chart after {seconds:.2f} s (the first visit {first[0]:.2f} s), {size / 1024:.0f} KiB loaded, "
        f"page heap {heap / 2**20:.0f} MiB, server {resident:.0f} MiB (at most {peak:.0f})",
        flush=True,
    )


if __name__ == "__main__":
    main()
