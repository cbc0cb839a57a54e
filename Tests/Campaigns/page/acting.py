"""What a visitor can do: write an experiment, clone, stop, resume, edit the budget, delete."""

import re

from playwright.sync_api import expect

from harness import browsing, served, visiting


def run(attune):
    with served(attune) as server, browsing() as browser:
        with visiting(browser, server) as visitor:
            the_first_visit_says_what_to_do(visitor)
            an_experiment_is_written_and_checked(visitor)
            every_template_is_valid(visitor)
            it_is_stopped_and_resumed(visitor)
            its_budget_is_edited(visitor)
            it_is_cloned(visitor)
            it_is_deleted_after_a_question(visitor)


def the_first_visit_says_what_to_do(visitor):
    page = visitor.open("/")
    page.get_by_role("link", name="Create the first").click()
    expect(page.get_by_role("heading", name="New experiment")).to_be_visible()


def an_experiment_is_written_and_checked(visitor):
    page = visitor.page
    code = page.get_by_label("The experiment as YAML")
    expect(page.locator(".verdict")).to_have_text("Valid")
    text = code.input_value()
    code.fill(text.replace("objectiveMetricName", "objectiveMetricNam"))
    expect(page.locator(".problems li").first).to_contain_text("objectiveMetricNam")
    expect(page.locator(".gutter .has-error").first).to_be_visible()
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_disabled()
    page.locator(".problems button").first.click()
    expect(code).to_be_focused()
    code.fill(text.rstrip() + "\n  see")
    expect(page.locator(".hints")).to_contain_text("seed")
    page.keyboard.press("Control+Space")
    page.keyboard.press("Enter")
    assert code.input_value().endswith("\n  seed: "), code.input_value()[-40:]
    code.fill(re.sub(r"name: [\w-]+", "name: written", text, count=1))
    expect(page.locator(".verdict")).to_have_text("Valid")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="written")).to_be_visible()
    expect(page.get_by_text("attune worker written --server")).to_be_visible()


def every_template_is_valid(visitor):
    page = visitor.open("/new")
    names = page.get_by_label("Begin with").locator("option").all_inner_texts()
    assert len(names) > 3, names
    for name in names:
        page.get_by_label("Begin with").select_option(name)
        expect(page.locator(".verdict")).to_have_text("Valid")
        expect(page).to_have_url(re.compile("template="))


def it_is_stopped_and_resumed(visitor):
    page = visitor.open("/experiments/written")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.locator(".page-head .badge")).to_have_text("Stopped")
    page.locator(".head-actions").get_by_role("button", name="Resume").click()
    expect(page.locator(".page-head .badge")).to_have_text("Running")


def its_budget_is_edited(visitor):
    page = visitor.open("/experiments/written")
    page.get_by_role("button", name="Edit budget").click()
    page.get_by_label("Trials at most", exact=True).fill("77")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".head-progress")).to_contain_text("of 77 trials")
    page.get_by_role("button", name="Edit budget").click()
    page.get_by_label("Trials at most", exact=True).fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()
    page.keyboard.press("Escape")


def it_is_cloned(visitor):
    page = visitor.open("/experiments/written")
    page.get_by_role("link", name="Clone").click()
    expect(page.get_by_label("The experiment as YAML")).to_have_value(re.compile("name: written-2"))
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="written-2")).to_be_visible()


def it_is_deleted_after_a_question(visitor):
    page = visitor.open("/")
    row = page.locator("tr", has=page.get_by_role("link", name="written-2"))
    row.locator("summary").click()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("link", name="written-2")).to_have_count(0)
    expect(page.get_by_role("link", name="written")).to_have_count(1)
