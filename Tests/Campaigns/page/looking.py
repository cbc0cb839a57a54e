"""Every page shows what is there, on real experiments; every choice is in the address."""

import pathlib
import re

from playwright.sync_api import expect

from harness import browsing, served, visiting


def run(attune):
    with (
        served(attune, "quickstart", "early-stopping", "two-objectives", "failing-trials") as server,
        browsing() as browser,
    ):
        with visiting(browser, server) as visitor:
            the_list_shows_searches_and_sorts(visitor)
            an_overview_answers_what_to_use(visitor)
            every_chart_is_drawn(visitor)
            charts_can_be_walked_by_keys_and_read_as_tables(visitor)
            a_brush_picks_out_trials_and_is_in_the_address(visitor)
            trials_sort_and_filter(visitor)
            a_stopped_trial_says_why(visitor)
            a_failed_trial_says_why(visitor)
            logs_are_there(visitor)
            several_objectives_have_a_front(visitor)
            experiments_compare(visitor)
            cells_are_drawn(visitor)
            keys_and_colours(visitor)


def the_list_shows_searches_and_sorts(visitor):
    page = visitor.open("/")
    rows = page.locator("table.experiments tbody tr")
    expect(rows).to_have_count(4)
    quickstart = rows.filter(has_text="quickstart")
    expect(quickstart.get_by_text("Succeeded")).to_be_visible()
    expect(quickstart.get_by_text("20 of 20 trials")).to_be_visible()
    expect(quickstart.locator("svg.spark")).to_be_visible()
    page.get_by_label("Search by name").fill("stop")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("search=stop"))
    page.reload()
    expect(page.locator("table.experiments tbody tr")).to_have_count(1)
    page.get_by_label("Search by name").fill("nothing is called so")
    expect(page.get_by_text("No experiment matches.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(4)
    page.get_by_label("Sort by").select_option("name")
    expect(rows.first).to_contain_text("early-stopping")
    page.get_by_role("button", name=re.compile("^Succeeded")).click()
    expect(page).to_have_url(re.compile("states=Succeeded"))


def an_overview_answers_what_to_use(visitor):
    """Which learning rate should the quickstart use?"""
    page = visitor.open("/experiments/quickstart")
    best = page.locator("section.best")
    expect(best).to_contain_text("Use these values:")
    rate = best.locator(".values div", has=page.locator("dt", has_text=re.compile("^rate$"))).locator("dd")
    expect(rate).to_have_text(re.compile(r"^0\.\d+$"))
    expect(page.locator(".findings li").first).to_contain_text("matters most")
    expect(page.locator(".head-line")).to_contain_text("maximize accuracy")


def every_chart_is_drawn(visitor):
    page = visitor.open("/experiments/quickstart")
    for name in ("history", "curves", "importance", "slice", "parallel", "contour", "rank", "timeline", "edf"):
        chart = visitor.chart(name)
        assert chart.get_attribute("aria-label"), f"{name} has no label"
        assert chart.locator("path, rect, circle").count() > 4, f"{name} is empty"
    page.locator("#slice").get_by_role("button", name="units").click()
    expect(page.locator("#slice h3")).to_have_text("accuracy by units")
    expect(page).to_have_url(re.compile("slice=units"))
    page.get_by_label("Show").select_option("deviation")
    expect(page.locator("#contour h3")).to_have_text("How unsure the model is")
    page.get_by_label("Up", exact=True).select_option("batch")
    visitor.chart("rank")
    expect(page.locator("#rank svg.chart")).to_have_attribute("aria-label", re.compile("batch"))
    page.reload()
    visitor.chart("contour")
    expect(page.locator("#contour h3")).to_have_text("How unsure the model is")


def charts_can_be_walked_by_keys_and_read_as_tables(visitor):
    page = visitor.open("/experiments/quickstart")
    chart = visitor.chart("history")
    chart.focus()
    page.keyboard.press("End")
    expect(page.locator("#announcer")).to_contain_text("Trial 20")
    page.keyboard.press("Home")
    expect(page.locator("#announcer")).to_contain_text("Trial 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Trial 1", exact=True)).to_be_visible()
    page.go_back()
    page.locator("#history").get_by_role("button", name="Table").click()
    expect(page.locator("#history tbody tr")).to_have_count(20)


def a_brush_picks_out_trials_and_is_in_the_address(visitor):
    page = visitor.open("/experiments/quickstart")
    visitor.chart("parallel")
    axis = page.get_by_role("slider", name="Range of accuracy")
    box = axis.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()
    expect(page.locator(".picked")).to_contain_text("of 20 trials are in the ranges")
    expect(page).to_have_url(re.compile("brush=value"))
    page.reload()
    visitor.chart("parallel")
    expect(page.locator(".picked")).to_contain_text("of 20 trials are in the ranges")
    page.get_by_role("link", name="Show them all").click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^\d+ of 20 trials$"))).to_be_visible()
    page.go_back()
    visitor.chart("parallel")
    page.get_by_role("slider", name="Range of optimizer").focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("optimizer"))
    page.get_by_role("button", name="Clear ranges").click()
    expect(page.locator(".picked")).to_be_empty()


def trials_sort_and_filter(visitor):
    page = visitor.open("/experiments/quickstart?tab=trials")
    rows = page.locator("table.data tbody tr")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="accuracy").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("accuracy")
    page.get_by_role("button", name="accuracy").click()
    expect(rows.first).to_contain_text("best")
    page.get_by_label("Filter by values").fill("parameter:optimizer=adam")
    expect(rows.filter(has_text="sgd")).to_have_count(0)
    assert 0 < rows.count() < 20
    page.get_by_label("Filter by values").fill("parameter:optimizer=")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Filter by values").fill("")
    expect(rows).to_have_count(20)


def a_stopped_trial_says_why(visitor):
    page = visitor.open("/experiments/early-stopping?tab=stopping")
    expect(page.get_by_role("heading", name=re.compile("trials were stopped early"))).to_be_visible()
    page.locator("tbody th a").first.click()
    why = page.locator("section.stopped")
    expect(why).to_contain_text("Why it was stopped")
    expect(why.locator(".lead")).to_contain_text("median")
    expect(page.locator("#series svg.chart")).to_be_visible()
    expect(page.get_by_role("region", name="Why it was tried")).to_be_visible()


def a_failed_trial_says_why(visitor):
    page = visitor.open("/experiments/failing-trials?tab=trials&states=Failed")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("region", name="Why it ended")).to_be_visible()


def logs_are_there(visitor):
    page = visitor.open("/experiments/quickstart?tab=logs&trial=3")
    expect(page.locator("pre.log")).to_contain_text("accuracy=")
    page.get_by_role("tab", name="YAML").click()
    expect(page.locator("pre.code")).to_contain_text("objectiveMetricName: accuracy")


def several_objectives_have_a_front(visitor):
    page = visitor.open("/experiments/two-objectives")
    for name in ("front", "hypervolume", "history", "parallel"):
        visitor.chart(name)
    expect(page.get_by_role("heading", name="The front").first).to_be_visible()


def experiments_compare(visitor):
    page = visitor.open("/compare?names=quickstart,early-stopping")
    visitor.chart("compare-history")
    visitor.chart("compare-edf")
    expect(page.get_by_text("different objectives")).to_be_visible()
    expect(page.get_by_role("region", name="Differences")).to_contain_text("algorithm")
    page.get_by_label("Add").select_option("two-objectives")
    expect(page).to_have_url(re.compile("two-objectives"))


def cells_are_drawn(visitor):
    """What a search of architectures prints in the end is drawn."""
    server = visitor.server
    edges = "[('sep_conv_3x3', 0), ('skip_connect', 1)]"
    genotype = f"Genotype(normal={edges}, normal_concat=range(2, 3), reduce={edges}, reduce_concat=range(2, 3))"
    file = pathlib.Path(server.folder, "cells.yaml")
    file.write_text(
        f"""
apiVersion: attune.dev/v1
kind: Experiment
metadata: {{name: cells}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 2
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: attune.dev/v1
      kind: Process
      command:
        - sh
        - -c
        - |
          # prints what attune nas search prints
          echo "Best-Genotype={genotype}"; echo loss=${{trialParameters.x}}
""",
        encoding="utf-8",
    )
    server.tool("run", str(file), "--quiet")
    page = visitor.open("/experiments/cells")
    page.get_by_role("tab", name="Cells").click()
    for name in ("Normal cell", "Reduction cell"):
        image = page.get_by_role("img", name=name)
        expect(image).to_be_visible()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    page.get_by_label("Cells of").select_option("Trial 1")
    expect(page).to_have_url(re.compile("trial=1"))


def keys_and_colours(visitor):
    page = visitor.open("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Search by name")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search by name")).to_be_focused()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Colours").select_option("dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_label("Colours").select_option("auto")
    page.goto(visitor.server.url + "/experiments/there-is-none")
    expect(page.get_by_role("alert")).to_contain_text("deleted")
