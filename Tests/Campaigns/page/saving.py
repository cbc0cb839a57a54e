"""What can be taken away: pictures of charts, tables, the report, which needs no network."""

import csv
import io
import pathlib
import xml.etree.ElementTree

from playwright.sync_api import expect

from harness import browsing, served, visiting


def run(attune):
    with served(attune, "early-stopping", "two-objectives") as server, browsing() as browser:
        with visiting(browser, server) as visitor:
            charts_are_saved(visitor)
            trials_are_saved(visitor)
            path = report_is_saved(visitor)
        the_report_needs_no_network(browser, server, path, "early-stopping")
        file = pathlib.Path(server.folder, "two.html")
        server.tool("report", "two-objectives", "--output", str(file))
        the_report_needs_no_network(browser, server, str(file), "two-objectives")


def charts_are_saved(visitor):
    page = visitor.open("/experiments/early-stopping")
    for name in ("history", "parallel", "contour" if page.locator("#contour").count() else "slice"):
        visitor.chart(name)
        tools = page.locator(f"#{name} .figure-tools")
        with page.expect_download() as download:
            tools.get_by_role("button", name="SVG").click()
        text = pathlib.Path(download.value.path()).read_text(encoding="utf-8")
        root = xml.etree.ElementTree.fromstring(text)
        assert root.tag.endswith("svg") and "class=" not in text and "var(" not in text
        assert root.findall(".//{http://www.w3.org/2000/svg}text"), "a picture without words"
        with page.expect_download() as download:
            tools.get_by_role("button", name="PNG").click()
        picture = pathlib.Path(download.value.path()).read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) > 3000
        assert download.value.suggested_filename.endswith(".png")


def trials_are_saved(visitor):
    page = visitor.open("/experiments/early-stopping?tab=trials&states=Succeeded")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(io.StringIO(pathlib.Path(download.value.path()).read_text(encoding="utf-8"))))
    expect(page.locator("table.data tbody tr")).to_have_count(len(rows) - 1)


def report_is_saved(visitor):
    page = visitor.open("/experiments/early-stopping")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report").click()
    path = pathlib.Path(visitor.server.folder, "report.html")
    download.value.save_as(path)
    return str(path)


def the_report_needs_no_network(browser, server, path, name):
    with visiting(browser, server, offline=True) as visitor:
        asked = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.page.goto(f"file://{path}")
        expect(visitor.page.get_by_role("heading", name=name)).to_be_visible()
        assert visitor.page.locator("svg.chart").count() >= 4
        assert asked == [f"file://{path}"], asked
