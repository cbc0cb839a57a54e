"""An experiment of thousands of trials opens at once, and stays small."""

from playwright.sync_api import expect

from harness import browsing, served, visiting

TRIALS = 3000
LARGEST = 300_000


def run(attune):
    with served(attune) as server, browsing() as browser:
        server.create("large", maxTrialCount=TRIALS + 10)
        for begin in range(0, TRIALS, 1000):
            trials = [imported(number) for number in range(begin, begin + 1000)]
            server.call("Experiments/ImportTrials", experiment="large", trials=trials)
        with visiting(browser, server) as visitor:
            sizes = {}
            visitor.page.on(
                "response",
                lambda reply: (
                    "/v1/page/" in reply.url
                    and "stream" not in reply.headers.get("content-type", "")
                    and sizes.update({reply.url: len(reply.body())})
                ),
            )
            page = visitor.open("/experiments/large")
            for name in ("history", "parallel", "slice", "contour", "rank", "timeline", "edf"):
                visitor.chart(name)
            expect(page.locator(".head-progress")).to_contain_text("trials")
            assert sizes and max(sizes.values()) < LARGEST, sizes
            page.get_by_role("tab", name="Trials").click()
            expect(page.locator("table.data tbody tr")).to_have_count(100)
            page.get_by_role("button", name="Next").click()
            expect(page.locator(".paging")).to_contain_text("101 to 200")


def imported(number):
    rate = 0.001 + (number * 0.618) % 0.999
    return {
        "assignment": {"rate": rate, "depth": 1 + number % 8},
        "metrics": {"loss": (rate - 0.3) ** 2 + number % 7 / 100},
    }
