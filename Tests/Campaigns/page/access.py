"""axe finds nothing serious, on every page, light and dark, and at phone width; nothing is wider than the screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from harness import browsing, served, visiting

PAGES = [
    "/",
    "/new",
    "/experiments/early-stopping",
    "/experiments/early-stopping?tab=trials",
    "/experiments/early-stopping?tab=stopping",
    "/experiments/early-stopping?tab=logs",
    "/experiments/early-stopping?tab=yaml",
    "/experiments/early-stopping/trials/5",
    "/experiments/two-objectives",
    "/compare?names=early-stopping,two-objectives",
]
LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
]


def run(attune):
    with served(attune, "early-stopping", "two-objectives") as server, browsing() as browser:
        for look in LOOKS:
            with visiting(browser, server, reduced_motion="reduce", **look) as visitor:
                for path in PAGES:
                    page_is_accessible(visitor, path, look)
                dialogs_are_accessible(visitor, look)


def page_is_accessible(visitor, path, look):
    page = visitor.open(path)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    if path.startswith("/experiments"):
        expect(page.locator("#panel > *").first).to_be_visible()
    if "?" not in path and "experiments/" in path and "trials" not in path:
        for name in ("history", "parallel", "timeline"):
            visitor.chart(name)
    check(page, path, look)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{path} {look}: {wider} pixels too wide"


def dialogs_are_accessible(visitor, look):
    page = visitor.open("/experiments/early-stopping")
    page.get_by_role("button", name="Delete").click()
    check(page, "the question before deleting", look)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    check(page, "the help", look)


def check(page, what, look):
    found = [item for item in Axe().run(page).response["violations"] if item["impact"] in ("serious", "critical")]
    texts = [f"{item['id']}: {item['help']}: {[node['html'][:160] for node in item['nodes'][:3]]}" for item in found]
    assert not found, f"{what} {look}: {texts}"
