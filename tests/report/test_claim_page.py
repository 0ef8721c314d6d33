"""The page on a claim in the browser: what others wrote is seen, does nothing, and fits on any screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import check_quiet, texts
from chromium import Page
from claim_runs import page_saying

from bench.claims.page import html
from bench.visible import visible

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title = 'owned'</script><img src=//127.0.0.1:9/x onerror=alert(1)>"
    '</style></title><style>* { display: none }</style><svg onload=alert(2)>" onclick="alert(3)" \''
    "<a href=javascript:alert(4)>x</a><meta http-equiv=refresh content=0;url=//127.0.0.1:9/>"
    "<base href=//127.0.0.1:9/><link rel=stylesheet href=//127.0.0.1:9/y.css><iframe src=//127.0.0.1:9/z>"
    "{{ 7 * 7 }} {% raw %} &lt; \x1b[31m \u202egpj.exe \u200b"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("claim") / "page.html"
    path.write_text(html(page_saying(HOSTILE)), "utf-8")
    return path.as_uri()


def test_what_others_wrote_is_seen_and_does_nothing(page: Page, address: str) -> None:
    page.look()
    page.open(address)
    shown = visible(HOSTILE)
    for selector, text in (
        ("title", f"SUPPORTED: {shown}"),
        ("h1", f"SUPPORTED: {shown}"),
        ("blockquote", shown),
        ("figcaption", f"{shown}: pass@1"),
        ("tbody th", shown),
    ):
        assert texts(page, selector) == [text]
    assert f"{shown}, 2026-01-15. Source: {shown}" in texts(page, "p")
    assert any(one.startswith(f"{shown} in {shown}: toy, 100 problems") for one in texts(page, "li"))
    kinds = page.value("[...new Set([...document.querySelectorAll('*')].map((one) => one.localName))]")
    assert not {"script", "img", "a", "base", "link", "iframe"} & set(kinds)
    assert page.value("document.querySelectorAll('svg').length") == 1
    assert (
        page.value("[...document.querySelectorAll('*')].some((one) => one.hasAttribute('onclick'))") is False
    )
    for selector in ("h1", "blockquote", "tbody th", "svg"):
        assert page.value(f"document.querySelector({selector!r}).checkVisibility()"), selector
    page.value("document.querySelector('svg').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    check_quiet(page, address)


@pytest.mark.parametrize(("dark", "ink"), [(False, "rgb(0, 0, 0)"), (True, "rgb(255, 255, 255)")])
def test_a_page_is_read_by_day_and_by_night(page: Page, address: str, dark: bool, ink: str) -> None:
    page.look(dark=dark)
    page.open(address)
    for selector in ("h1", "blockquote", "td", "pre"):
        assert page.value(f"getComputedStyle(document.querySelector({selector!r})).color") == ink
    assert page.value("getComputedStyle(document.querySelector('svg circle')).fill") == ink
    check_quiet(page, address)


@pytest.mark.parametrize("dark", [False, True])
def test_a_page_fits_on_a_telephone(page: Page, tmp_path: Path, dark: bool) -> None:
    path = tmp_path / "page.html"
    path.write_text(html(page_saying(HOSTILE + "x" * 5_000)), "utf-8")
    page.look(width=390, height=844, dark=dark)
    page.open(path.as_uri())
    widths = page.value("[innerWidth, document.documentElement.scrollWidth]")
    assert widths == [390, 390], "a name of 5,000 letters"
    check_quiet(page, path.as_uri())
