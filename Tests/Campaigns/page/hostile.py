"""Whatever somebody writes into an experiment is shown as text."""

from playwright.sync_api import expect

from harness import browsing, served, visiting

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(2)>"
QUOTE = "\"'><svg onload=alert(3)>"
PAGES = ["", "?tab=trials", "?tab=yaml", "?tab=stopping", "?tab=logs", "/trials/1", "/trials/2"]


def run(attune):
    with served(attune) as server, browsing() as browser:
        prepare(server)
        with visiting(browser, server) as visitor:
            nothing_runs(visitor)
            the_editor_shows_it_as_text(visitor)
            the_address_is_no_way_in(visitor)
        with visiting(browser, server) as visitor:
            a_log_is_text(visitor)
            a_result_that_is_a_text_is_shown_whole(visitor)


def prepare(server):
    parameters = [
        {"name": f"p{SCRIPT}", "parameterType": "categorical", "feasibleSpace": {"list": [IMAGE, QUOTE, SCRIPT]}},
        {"name": "x", "parameterType": "double", "feasibleSpace": {"min": "0", "max": "1"}},
    ]
    metric = f"m{IMAGE}"
    server.create("hostile", parameters, objective={"type": "maximize", "objectiveMetricName": metric})
    for number in range(1, 15):
        trial = server.call("Trials/Ask", experiment="hostile")["trials"][0]
        for step in (1, 2):
            server.call(
                "Trials/Report",
                experiment="hostile",
                trial=trial["number"],
                observations=[{"metric": metric, "value": number * step, "step": step}],
            )
        if number == 2:
            server.call("Trials/Fail", experiment="hostile", trial=trial["number"], reason=SCRIPT)
        else:
            server.call("Trials/Tell", experiment="hostile", trial=trial["number"], metrics={metric: number})


def nothing_runs(visitor):
    page = visitor.open("/")
    expect(page.get_by_text(f"m{IMAGE}")).to_be_visible()
    for path in PAGES:
        visitor.open(f"/experiments/hostile{path}")
        expect(page.locator("#panel > *").first).to_be_visible()
    visitor.open("/experiments/hostile")
    for name in ("history", "importance", "slice", "parallel", "contour", "rank", "edf"):
        visitor.chart(name)
    page.locator("#parallel").get_by_role("button", name="Table").click()
    expect(page.locator("#parallel td", has_text="onerror").first).to_be_visible()
    visitor.open("/compare?names=hostile")
    visitor.chart("compare-history")
    assert page.locator("main script, main img[src=x]").count() == 0


def the_editor_shows_it_as_text(visitor):
    page = visitor.open("/new?from=hostile")
    expect(page.get_by_label("The experiment as YAML")).to_be_visible()
    page.get_by_label("The experiment as YAML").fill(f"{SCRIPT}: {IMAGE}")
    expect(page.locator(".problems li").first).to_be_visible()
    assert page.locator("main script, main img[src=x]").count() == 0


def the_address_is_no_way_in(visitor):
    page = visitor.page
    for path in (
        f"/experiments/{SCRIPT}",
        f"/?search={IMAGE}",
        f"/compare?names={IMAGE}",
        "/login?next=javascript:alert(4)",
        "/login?next=//example.invalid/",
        f"/experiments/hostile?slice={QUOTE}&brush={QUOTE}~1~2&x={IMAGE}",
    ):
        page.goto(visitor.server.url + path)
        expect(page.locator("h1, .note").first).to_be_visible()
        assert page.url.startswith(visitor.server.url)


def a_log_is_text(visitor):
    server = visitor.server
    manifest = f"""
apiVersion: attune.dev/v1
kind: Experiment
metadata: {{name: loud, labels: {{note: "{SCRIPT}"}}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 1
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec: {{apiVersion: attune.dev/v1, kind: Process, command: [sh, -c, "echo '{SCRIPT}{IMAGE}'; printf '\\\\033[31m\\\\000red\\\\n'; echo loss=${{trialParameters.x}}"]}}
"""
    server.tool("run", server.written("loud", manifest), "--quiet")
    page = visitor.open("/experiments/loud?tab=logs")
    expect(page.locator("pre.log")).to_contain_text(SCRIPT + IMAGE)
    assert page.locator("pre.log *").count() == 0


def a_result_that_is_a_text_is_shown_whole(visitor):
    server = visitor.server
    manifest = f"""
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: found}}
spec:
  objective: {{type: maximize, objectiveMetricName: Best-Genotype}}
  metricsCollectorSpec: {{collector: {{kind: StdOut}}, source: {{filter: {{metricsFormat: ['([\\w-]+)=(Genotype.*)']}}}}}}
  algorithm: {{algorithmName: darts, algorithmSettings: [{{name: num_epochs, value: "1"}}]}}
  maxTrialCount: 1
  nasConfig:
    graphConfig: {{numLayers: 1, inputSizes: [32, 32, 3], outputSizes: [10]}}
    operations:
      - operationType: convolution
        parameters: [{{name: size, parameterType: categorical, feasibleSpace: {{list: ["3"]}}}}]
  trialTemplate:
    trialParameters: []
    trialSpec:
      apiVersion: attune.dev/v1
      kind: Process
      command:
        - sh
        - -c
        - |
          printf 'Best-Genotype=Genotype({SCRIPT}{IMAGE}\\033[31m'; head -c 3000 /dev/zero | tr '\\0' g; echo ')end'
"""
    server.tool("run", server.written("found", manifest), "--quiet")
    whole = f"Genotype({SCRIPT}{IMAGE}\\u001b[31m{'g' * 3000})end"
    page = visitor.open("/experiments/found")
    for path in ("", "/trials/1"):
        visitor.open(f"/experiments/found{path}")
        expect(page.locator(".reported")).to_have_text(whole)
        assert page.locator(".reported *").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for path in ("/", "/experiments/found?tab=trials", "/compare?names=found"):
        visitor.open(path)
        expect(page.get_by_text("Genotype(<script>").first).to_be_visible()
        assert "ggggg" * 40 not in page.locator("main").inner_text()
