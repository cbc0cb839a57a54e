"""A server with real experiments in it, and a headless Chromium that looks at it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from playwright.sync_api import expect, sync_playwright

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
EXPERIMENTS = REPOSITORY / "experiments"
# Builds for debugging are slow at models; what is wrong shows at once mostly.
expect.set_options(timeout=30_000)
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.path.exists(path)), None)


def unused_port():
    """One that the system gives nobody by itself, so that a server finds it free when it begins again; other tests take
    theirs from 20,000 on."""
    for offset in range(100):
        port = 26_000 + (os.getpid() + 61 * offset) % 6_000
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError("no port is free")


class Server:
    """attune serve on a store of its own, into which experiments were run."""

    def __init__(self, attune, experiments=(), tokens=False):
        self.attune = attune
        self.folder = tempfile.mkdtemp(prefix="attune-page-")
        self.store = os.path.join(self.folder, "attune.db")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ATTUNE_")}
        environment["PATH"] = f"{os.path.dirname(attune)}:{environment['PATH']}"
        environment["ATTUNE_TRIALS"] = os.path.join(self.folder, "trials")
        self.environment = environment
        runs = [self.start("run", str(EXPERIMENTS / name / "experiment.yaml"), "--quiet") for name in experiments]
        for name, run in zip(experiments, runs):
            output, _ = run.communicate(timeout=300)
            assert run.returncode in (0, 1), f"{name}: {output}"
        more = ["--require-tokens"] if tokens else []
        self.process = self.start(
            "serve", "--http", f"127.0.0.1:{unused_port()}", "--grpc", "127.0.0.1:0", "--log-level", "error", *more
        )
        line = self.process.stdout.readline()
        self.url = re.search(r"http://[\d.:]+", line).group()

    def start(self, *arguments):
        return subprocess.Popen(
            [self.attune, *arguments, "--store", self.store],
            env=self.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def tool(self, *arguments):
        """Output of a command on the server's store."""
        run = self.start(*arguments)
        output, _ = run.communicate(timeout=120)
        assert run.returncode == 0, f"{arguments}: {output}"
        return output

    def written(self, name, manifest):
        """The file of an experiment, which has this text now."""
        file = f"{self.folder}/{name}.yaml"
        with open(file, "w", encoding="utf-8") as text:
            text.write(manifest)
        return file

    def call(self, method, **message):
        """A method of the service, as a client calls it."""
        request = urllib.request.Request(
            f"{self.url}/attune.v1.{method}", json.dumps(message).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def create(self, name, parameters=None, **spec):
        """An experiment whose trials are asked for and told by calls."""
        manifest = {
            "apiVersion": "kubeflow.org/v1beta1",
            "kind": "Experiment",
            "metadata": {"name": name},
            "spec": {
                "objective": {"type": "minimize", "objectiveMetricName": "loss"},
                "algorithm": {"algorithmName": "sobol"},
                "parallelTrialCount": 4,
                "maxTrialCount": 50,
                "parameters": parameters
                or [
                    {"name": "rate", "parameterType": "double", "feasibleSpace": {"min": "0.001", "max": "1"}},
                    {"name": "depth", "parameterType": "int", "feasibleSpace": {"min": "1", "max": "8"}},
                ],
            }
            | spec,
        }
        self.call("Experiments/CreateExperiment", object=manifest)

    def tell(self, name, count, loss=lambda number: 1 / number):
        """Trials that are asked for and end at once."""
        for _ in range(count):
            trial = self.call("Trials/Ask", experiment=name)["trials"][0]
            self.call(
                "Trials/Tell",
                experiment=name,
                trial=trial["number"],
                attempt=trial.get("attempt", 1),
                metrics={"loss": loss(trial["number"])},
            )

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Visitor:
    """A browser, and everything that pages complained about."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.complaints = []
        self.dialogs = []
        self.context = browser.new_context(
            **({"viewport": {"width": 1280, "height": 900}, "accept_downloads": True} | options)
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def heard(self, message):
        # A refused request is something that the page shows, and the browser notes by itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path):
        self.page.goto(self.server.url + path)
        expect(self.page.locator("h1")).to_be_visible()
        return self.page

    def chart(self, name):
        """A chart of the overview, once it is drawn."""
        figure = self.page.locator(f"#{name}")
        figure.scroll_into_view_if_needed()
        chart = figure.locator("svg.chart").first
        expect(chart).to_be_visible()
        return chart

    def close(self):
        self.context.close()
        assert not self.dialogs, f"dialogs appeared: {self.dialogs}"
        assert not self.complaints, f"the page complained: {self.complaints}"


@contextlib.contextmanager
def served(attune, *experiments, **options):
    server = Server(attune, experiments, **options)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def browsing():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def visiting(browser, server, **options):
    visitor = Visitor(browser, server, **options)
    yield visitor
    visitor.close()
