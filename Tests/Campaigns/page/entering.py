"""Where tokens are asked for: signing in, what a read-only token sees, signing out, and what a revoked token still may."""

import json
import re

from playwright.sync_api import expect

from harness import browsing, served, visiting


def run(attune):
    with served(attune, tokens=True) as server, browsing() as browser:
        writer, reader = token(server, "writer", "write"), token(server, "reader", "read")
        with visiting(browser, server) as visitor:
            a_wrong_token_is_refused(visitor)
            a_writer_creates(visitor, writer)
            signing_out_ends_it(visitor)
        with visiting(browser, server) as visitor:
            a_reader_sees_no_buttons(visitor, reader)
            a_request_without_the_right_header_is_refused(visitor)
            a_revoked_token_ends_the_session(visitor)


def token(server, name, scope):
    return re.search(r"attune_\w+|\b[\w-]{30,}\b", server.tool("token", "create", name, "--scope", scope)).group()


def sign_in(page, secret):
    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in").click()


def a_wrong_token_is_refused(visitor):
    page = visitor.open("/experiments/nothing?tab=yaml")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "attune_wrong")
    expect(page.get_by_role("alert")).to_contain_text("not known")


def a_writer_creates(visitor, secret):
    page = visitor.open("/new")
    sign_in(page, secret)
    expect(page.get_by_role("heading", name="New experiment")).to_be_visible()
    expect(page.locator(".verdict")).to_have_text("Valid")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    cookie = visitor.context.cookies()[0]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict", cookie
    assert secret not in json.dumps(visitor.context.storage_state()), "the token is kept in the browser"


def signing_out_ends_it(visitor):
    page = visitor.page
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def a_reader_sees_no_buttons(visitor, secret):
    page = visitor.open("/")
    sign_in(page, secret)
    page.locator("table.experiments tbody a").first.click()
    expect(page.get_by_text("Read only")).to_be_visible()
    expect(page.locator("#panel > *").first).to_be_visible()
    for name in ("Stop", "Resume", "Edit budget", "Delete"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Clone")).to_have_count(0)
    visitor.open("/new")
    expect(page.get_by_text("does not allow")).to_be_visible()


def a_request_without_the_right_header_is_refused(visitor):
    ask = """async (headers) => (await fetch('/attune.v1.Experiments/DeleteExperiment', {
        method: 'POST', headers: {'content-type': 'application/json', ...headers}, body: '{"experiment": "none"}'})).status"""
    assert visitor.page.evaluate(ask, {}) in (401, 403)
    assert visitor.page.evaluate(ask, {"x-attune-csrf": "guessed"}) in (401, 403)


def a_revoked_token_ends_the_session(visitor):
    visitor.server.tool("token", "revoke", "reader")
    page = visitor.page
    # A token that is kept in memory is looked up again after two seconds at most.
    page.evaluate("""async () => {
        for (let i = 0; i < 200; i += 1) {
            if ((await fetch('/v1/page/experiments')).status === 401) return;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error('a revoked token is still let in');
    }""")
    page.goto(visitor.server.url + "/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
