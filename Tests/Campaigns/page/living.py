"""Pages follow what happens, without being loaded again."""

import re

from playwright.sync_api import expect

from harness import browsing, served, visiting


def run(attune):
    with served(attune) as server, browsing() as browser:
        server.create("live", maxTrialCount=30)
        with visiting(browser, server) as visitor:
            a_list_follows(visitor)
            an_overview_follows(visitor)
            a_running_trial_follows(visitor)
        with visiting(browser, server) as visitor:
            a_log_follows(visitor)
        with visiting(browser, server) as visitor:
            a_break_is_said_and_mended(visitor, attune)


def a_list_follows(visitor):
    page = visitor.open("/")
    expect(page.get_by_text("0 of 30 trials")).to_be_visible()
    visitor.server.tell("live", 2)
    expect(page.get_by_text("2 of 30 trials")).to_be_visible()
    visitor.server.create("another")
    expect(page.get_by_role("link", name="another")).to_be_visible()
    visitor.server.call("Experiments/DeleteExperiment", experiment="another")
    expect(page.get_by_role("link", name="another")).to_have_count(0)


def an_overview_follows(visitor):
    page = visitor.open("/experiments/live")
    expect(page.locator("#history svg.chart")).to_have_attribute("aria-label", re.compile("2 trials"))
    visitor.server.tell("live", 4)
    expect(page.locator("#history svg.chart")).to_have_attribute(
        "aria-label", re.compile("6 trials, the best .* in trial 6")
    )
    expect(page.locator("section.best")).to_contain_text("Trial 6")
    visitor.server.call("Experiments/SuspendExperiment", experiment="live")
    expect(page.locator(".page-head .badge")).to_have_text("Stopped")
    visitor.server.call("Experiments/ResumeExperiment", experiment="live")
    expect(page.locator(".page-head .badge")).to_have_text("Running")


def a_running_trial_follows(visitor):
    server = visitor.server
    number = server.call("Trials/Ask", experiment="live")["trials"][0]["number"]
    server.call(
        "Trials/Report",
        experiment="live",
        trial=number,
        observations=[{"metric": "loss", "value": 0.9, "step": s} for s in (1, 2)],
    )
    page = visitor.open(f"/experiments/live/trials/{number}")
    expect(page.locator(".trial-head .badge").first).to_have_text("Running")
    expect(page.locator("#series svg.chart")).to_have_attribute("aria-label", re.compile("2 reports"))
    server.call(
        "Trials/Report", experiment="live", trial=number, observations=[{"metric": "loss", "value": 0.4, "step": 3}]
    )
    expect(page.locator("#series svg.chart")).to_have_attribute("aria-label", re.compile("3 reports"))
    server.call("Trials/Tell", experiment="live", trial=number, metrics={"loss": 0.3})
    expect(page.locator(".trial-head .badge").first).to_have_text("Succeeded")


def a_log_follows(visitor):
    """A trial that prints when a file appears."""
    server = visitor.server
    gate = f"{server.folder}/gate"
    manifest = f"""
apiVersion: attune.dev/v1
kind: Experiment
metadata: {{name: talking}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 1
  parallelTrialCount: 1
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: attune.dev/v1
      kind: Process
      command: [sh, -c, "echo first words; until test -e {gate}; do sleep 0.05; done; echo second words; echo loss=${{trialParameters.x}}"]
"""
    run = server.start("run", server.written("talking", manifest), "--quiet")
    try:
        page = visitor.open("/")
        page.get_by_role("link", name="talking").click()
        page.get_by_role("tab", name="Logs").click()
        expect(page.locator("pre.log")).to_contain_text("first words")
        expect(page.locator("pre.log")).not_to_contain_text("second words")
        open(gate, "w", encoding="utf-8").close()
        expect(page.locator("pre.log")).to_contain_text("second words")
    finally:
        open(gate, "w", encoding="utf-8").close()
        run.communicate(timeout=60)


def a_break_is_said_and_mended(visitor, attune):
    """The server ends and begins again on the same port."""
    server = visitor.server
    page = visitor.open("/experiments/live")
    expect(page.locator("#connection")).to_have_text("Live")
    server.process.terminate()
    server.process.wait(20)
    expect(page.locator("#connection")).to_have_text("Reconnecting")
    address = server.url.removeprefix("http://")
    server.process = server.start("serve", "--http", address, "--grpc", "127.0.0.1:0", "--log-level", "error")
    assert server.url in server.process.stdout.readline()
    expect(page.locator("#connection")).to_have_text("Live")
    server.tell("live", 1)
    expect(page.locator(".head-progress")).to_contain_text("8 of 30 trials")
    visitor.complaints = [
        text for text in visitor.complaints if "ERR_CONNECTION" not in text and "ERR_INCOMPLETE" not in text
    ]
