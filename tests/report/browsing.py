"""Looking at a report in the browser, for tests."""

from __future__ import annotations

import json
from pathlib import Path

from chromium import Page

from bench.report import html


def report(folder: Path, *runs: Path) -> str:
    html.write(html.runs_in(runs), folder / "report.html")
    return (folder / "report.html").as_uri()


def opened(page: Page, address: str, wanted: str = "table.leaderboard tr.row") -> Page:
    page.look()
    page.open(address)
    page.until(f"document.querySelector({wanted!r})")
    return page


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.value(
        f"[...document.querySelectorAll({selector!r})].map((one) => one.textContent)"
    )
    return found


def models(page: Page) -> list[str]:
    return texts(page, "tr.row .model")


def click(page: Page, selector: str, text: str = "") -> None:
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.textContent.includes({text!r}))"
    page.value(f"{found}.click()")


def choose(page: Page, name: str, text: str) -> None:
    page.value(
        f"""(() => {{
          const select = document.querySelector('select[name={json.dumps(name)}]');
          select.selectedIndex = [...select.options].findIndex((one) => one.text.includes({text!r}));
          select.dispatchEvent(new Event('change'));
        }})()"""
    )


def check_quiet(page: Page, address: str) -> None:
    """It asked for nothing but itself and its parts; neither console nor policy had anything to say."""
    others = {url.split("#")[0] for url in page.requests} - {address}
    assert [url for url in others if not url.startswith(address.replace(".html", "-parts/"))] == []
    assert page.complaints == []
