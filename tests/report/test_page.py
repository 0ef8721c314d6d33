"""The report in a real browser: opened from the disk, sorted, searched, walked through; and hostile texts."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browsing import check_quiet, choose, click, models, opened, report, texts
from chromium import Page
from speed_runs import Answer, P, Samples, W, write
from told_runs import HOSTILE, NAMES, Builder, hostile

from bench.report import chunks, html
from bench.types import Outcome, SampleKey

pytestmark = pytest.mark.browser

CHEAP, DEAR = Answer(P, microusd=100, seconds=9.0), Answer(W, microusd=5_000, seconds=1.0)
MODELS: Samples = {
    "acme/cheap": [[[CHEAP]]] * 30 + [[[DEAR]]] * 10,
    "acme/dear": [[[Answer(P, microusd=9_000)]]] * 38 + [[[DEAR]]] * 2,
    "other/weak": [[[Answer(P, microusd=1_000)]]] * 5 + [[[DEAR]]] * 35,
}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of two runs on other terms: its address."""
    folder = tmp_path_factory.mktemp("board")
    return report(
        folder,
        write(folder / "main", MODELS, turns=1),
        write(folder / "turns", {"acme/cheap": MODELS["acme/cheap"]}, turns=2, terms="bbb"),
    )


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of two models on forty problems: its address."""
    folder = tmp_path_factory.mktemp("viewer")
    return report(folder, forty(folder / "run"))


def forty(path: Path) -> Path:
    keys = [SampleKey("toy", f"Toy/{at}", model, 0) for model in ("m/a", "m/b") for at in range(40)]
    run = Builder(path, keys)
    for index, key in enumerate(keys):
        right = index % 4 > 0
        run.add(
            index,
            f"reply {key.model} {key.problem}",
            question=f"Solve {key.problem}.",
            reasoning="let me see",
            outcome=Outcome.PASS if right else Outcome.WRONG_ANSWER,
            failure="" if right else "f(1) is 2, not 3",
        )
    run.close()
    return path


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are too large for one file, and few problems fill a part."""
    monkeypatch.setattr(html, "FILE_BYTES", 0)
    monkeypatch.setattr(chunks, "CHUNK_CHARS", 4_000)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A plain host of files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def end_headers(self) -> None:
            # What strict hosts send.
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("X-Frame-Options", "SAMEORIGIN")
            super().end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_opens_from_the_disk_asks_for_nothing_and_says_nothing(page: Page, board: str) -> None:
    opened(page, board)
    for view, wanted in (("plots", "svg.heat"), ("samples", "li[role=option]"), ("leaderboard", "tr.row")):
        click(page, f"nav a[href='#/{view}']")
        page.until(f"document.querySelector({wanted!r})")
        assert texts(page, "nav a[aria-current]") == [view.capitalize()]
    check_quiet(page, board)


def test_the_policy_holds_in_the_browser_too(page: Page, board: str) -> None:
    """A mistake in the script could neither make markup of a text nor load or send anything."""
    opened(page, board)
    tried = page.value(
        "(() => { try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; } })()"
    )
    assert tried == "TypeError"
    assert page.value("(() => { try { return eval('1'); } catch (e) { return e.name; } })()") == "EvalError"
    assert page.value("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
    assert any("violates the following Content Security Policy" in one for one in page.complaints)


def test_rows_are_sorted_within_their_terms_by_any_column(page: Page, board: str) -> None:
    opened(page, board)
    best_first = ["acme/dear", "acme/cheap", "other/weak", "acme/cheap"]
    assert models(page) == best_first
    click(page, "th button", "score")
    assert models(page) == ["other/weak", "acme/cheap", "acme/dear", "acme/cheap"]
    assert page.value("document.querySelector('th[aria-sort]').getAttribute('aria-sort')") == "ascending"
    click(page, "th button", "cost per solved")
    assert models(page) == ["acme/cheap", "acme/dear", "other/weak", "acme/cheap"]
    choose(page, "sort by", "model")
    assert models(page) == ["acme/cheap", "acme/dear", "other/weak", "acme/cheap"]


def test_rows_of_other_terms_are_set_apart_in_words(page: Page, board: str) -> None:
    opened(page, board)
    assert texts(page, "tbody.other .apart") == ["≠ Not ranked with the rows above. What differs:"]
    assert texts(page, "tbody.other .differs li") == ["turns: 1 -> 2"]
    assert texts(page, "tbody:not(.other) tr.row td:first-child") == ["1–2", "1–2", "3"]


def test_filters_leave_the_rows_that_fit(page: Page, board: str) -> None:
    opened(page, board)
    choose(page, "vendor", "other")
    assert models(page) == ["other/weak"]
    choose(page, "vendor", "all")
    page.value("document.querySelector('input[name=find]').focus()")
    page.write("chea")
    assert models(page) == ["acme/cheap", "acme/cheap"]
    page.write("xyz")
    assert texts(page, "tbody") == ["No row fits these filters."]


def test_a_row_opens_to_all_that_is_known_of_it(page: Page, board: str) -> None:
    opened(page, board)
    click(page, ".model", "acme/dear")
    assert "samples_planned40" in texts(page, ".details dl > div")
    click(page, ".model", "acme/dear")
    assert texts(page, ".details") == []


def test_the_front_has_the_models_that_none_is_better_than_for_as_little(page: Page, board: str) -> None:
    opened(page, f"{board}#/plots", "svg.plot")
    on_front = [text for text in texts(page, "section:first-of-type .legend li") if "on the front" in text]
    assert [text.split()[0] for text in on_front] == ["acme/dear", "acme/cheap"]
    assert texts(page, "section:first-of-type .point.front text") == ["1", "2"]
    assert page.value("document.querySelector('svg.heat').getAttribute('aria-label')") == (
        "acme/dear: of 40 problems 38 solved at least once"
    )


def test_a_cell_of_the_heat_map_opens_its_sample(page: Page, board: str) -> None:
    opened(page, f"{board}#/plots", "svg.heat")
    page.value(
        """(() => {
          const row = document.querySelectorAll('svg.heat')[1];
          const left = row.getBoundingClientRect().left;
          row.dispatchEvent(new MouseEvent('click', { clientX: left + 9 * 39 + 3 }));
        })()"""
    )
    page.until("document.querySelector('.answer h3')")
    assert texts(page, ".answer h3") == ["acme/cheap ✗ wrong answer"]


def test_keys_walk_through_the_samples(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples", "li[role=option]")
    chosen = "[aria-selected=true] .name"
    assert texts(page, chosen) == ["Toy/0"]
    for key in "jjjk":
        page.press(key)
    assert texts(page, chosen) == ["Toy/1"]
    page.press("Enter")
    page.until("document.querySelector('.sample h2')")
    assert texts(page, ".sample h2, .sample h3") == ["Toy/1 toy", "m/a ✓ pass"]
    page.press("j")
    page.until("document.querySelector('.sample h3').textContent.startsWith('m/b')")
    page.press("Escape")
    page.until("!document.querySelector('.sample h2')")
    page.press("/")
    assert page.value("document.activeElement.name") == "search"
    page.write("Toy/39")
    page.until("document.querySelectorAll('li[role=option]').length === 2")
    page.press("j")
    assert page.value("document.querySelector('input[name=search]').value") == "Toy/39j"
    page.press("Escape")
    assert page.value("document.activeElement.getAttribute('role')") == "listbox"
    check_quiet(page, viewer)


def test_samples_are_found_by_outcome_by_name_and_by_text(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples", "li[role=option]")
    choose(page, "outcome", "wrong_answer")
    assert texts(page, ".list .note") == ["20 of 80 samples"]
    choose(page, "model", "m/b")
    assert texts(page, ".list .note") == ["10 of 80 samples"]
    choose(page, "outcome", "all")
    choose(page, "model", "all")
    page.value("document.querySelector('input[name=search]').focus()")
    page.write("reply m/b toy/7")
    assert texts(page, ".list .note") == ["0 of 80 samples"]
    click(page, "input[name=texts]")
    page.until("document.querySelector('.list .note').textContent === '1 of 80 samples'")
    assert texts(page, "li[role=option] .name") == ["Toy/7"]


def test_a_link_opens_its_sample_and_one_beside_it(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples/run/toy/Toy%2F8/m%2Fa/0/with/run/m%2Fb/0", ".answers.two")
    assert texts(page, ".answer h3") == ["m/a ✗ wrong answer", "m/b ✗ wrong answer"]
    replies = [text for text in texts(page, ".answer pre") if text.startswith("reply")]
    assert replies == ["reply m/a Toy/8", "reply m/b Toy/8"]
    assert "f(1) is 2, not 3" in texts(page, ".answer pre")
    assert texts(page, "[aria-selected=true] .name") == ["Toy/8"]
    choose(page, "beside it", "nothing")
    page.until("!document.querySelector('.answers.two')")
    assert page.value("location.hash") == "#/samples/run/toy/Toy%2F8/m%2Fa/0"


def test_a_key_puts_each_other_answer_beside_this_one_then_none(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples/run/toy/Toy%2F8/m%2Fa/0", ".answer")
    page.press("b")
    page.until("document.querySelectorAll('.answer h3').length === 2")
    assert page.value("location.hash").endswith("/with/run/m%2Fb/0")
    page.press("b")
    page.until("document.querySelectorAll('.answer h3').length === 1")
    assert page.value("location.hash") == "#/samples/run/toy/Toy%2F8/m%2Fa/0"


def test_what_was_found_is_unfolded_and_marked(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples", "li[role=option]")
    click(page, "input[name=texts]")
    page.value("document.querySelector('input[name=search]').focus()")
    page.write("LET ME")
    page.until("document.querySelector('.list .note').textContent === '80 of 80 samples'")
    page.press("Enter")
    page.press("Enter")
    page.until("document.querySelector('.answer')")
    assert "let me see" in texts(page, ".answer details[open] pre")
    marked = "one.startContainer.data.slice(one.startOffset, one.endOffset)"
    page.until(f"[...CSS.highlights.get('found')].map((one) => {marked}).join() === 'let me'")


def test_a_link_to_no_sample_says_so(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples/run/toy/Toy%2F99/%/0", ".sample p")
    assert texts(page, ".sample p") == ["There is no such sample in this report."]


def test_reasoning_is_folded_and_made_when_it_is_opened(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples/run/toy/Toy%2F1/m%2Fa/0", ".answer")
    assert "let me see" not in texts(page, ".answer pre")
    click(page, ".answer summary", "Reasoning")
    page.until(
        "[...document.querySelectorAll('.answer pre')].some((one) => one.textContent === 'let me see')"
    )


SPELLED = {
    "ansi": r"\e[31mred\e[0m\e]0;title\u{7}\u{9b}31m\0end",
    "bidi": r"if admin\u{202e}\u{2066} // check\u{2069} \u{2066}only"
    r"\u{200b}\u{200d}zero\u{feff} \u{e0041}\u{e0042}",
    "surrogates": r"lone \u{d800} and \u{dfff} end",
    "long line": "A" * 20_000,
}
"""What is shown of texts that are not shown as they are."""


@pytest.mark.parametrize("is_divided", [False, True], ids=["one file", "parts"])
def test_hostile_texts_are_text_and_nothing_else(
    page: Page, tmp_path: Path, request: pytest.FixtureRequest, *, is_divided: bool
) -> None:
    if is_divided:
        request.getfixturevalue("divided")
    address = report(tmp_path, hostile(tmp_path / "<b onclick=alert(1)>\u202erun", more=NAMES))
    opened(page, address)
    seen: list[str] = []
    made = "main :is(script, img, iframe, link, style, object, embed, base, form, use, a[href^=javascript])"
    for view in ("leaderboard", "plots", "samples"):
        click(page, f"nav a[href='#/{view}']")
        page.until(f"location.hash === '#/{view}' && document.querySelector('main h2')")
        assert page.value(f"document.querySelectorAll({made!r}).length") == 0
    page.until("document.querySelector('li[role=option]')")
    for place in range(len(HOSTILE) + len(NAMES)):
        page.press("j" if place else "Enter")
        page.until(f"document.querySelector('li.open')?.id === 'line-{place}' && {_shows(place)}")
        page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.until("[...document.querySelectorAll('details')].every((one) => one.children.length > 1)")
        assert page.value(f"document.querySelectorAll({made!r}).length") == 0
        seen += texts(page, ".answer pre")
    assert page.value("[window.harm ?? null, document.title]") == [None, "bench report"]
    listening = "one.getAttributeNames().some((name) => name.startsWith('on'))"
    assert page.value(f"[...document.querySelectorAll('main *')].filter((one) => {listening}).length") == 0
    for name, text in HOSTILE.items():
        assert SPELLED.get(name, text) in seen, name
    assert page.value("document.querySelector('.sample h2').getAttributeNames()") == ["tabindex"]
    page.look(width=390, height=844)
    page.until("innerWidth === 390")
    assert page.value("document.documentElement.scrollWidth") <= 390, "a name of 5,000 letters"
    check_quiet(page, address)


def _shows(place: int) -> str:
    """Whether the sample beside the list is the one of that line."""
    name = f"document.querySelector('#line-{place} .name').textContent"
    return f"document.querySelector('.sample h2')?.textContent.startsWith({name})"


@pytest.mark.usefixtures("divided")
def test_a_link_leads_on_to_its_part_and_keys_and_back_go_over_its_border(page: Page, tmp_path: Path) -> None:
    """A part has a problem or two; what is beside, before and after it is found all the same."""
    address = report(tmp_path, forty(tmp_path / "run"))
    assert len(list(tmp_path.glob("report-parts/*.html"))) > 10
    opened(page, f"{address}#/samples/run/toy/Toy%2F8/m%2Fa/0/with/run/m%2Fb/0", ".answers.two")
    replies = [text for text in texts(page, ".answer pre") if text.startswith("reply")]
    assert replies == [f"reply m/{model} Toy/8" for model in "ab"]
    for problem in ("8", "9", "9", "10", "10", "11"):
        page.press("j")
        page.until(f"document.querySelector('.sample h2').textContent === 'Toy/{problem} toy'")
    opened(page, f"{address}#/samples/run/toy/Toy%2F8/m%2Fa/0", ".answer")
    page.value("location.hash = '#/samples/run/toy/Toy%2F31/m%2Fb/0'")
    page.until("document.querySelector('.sample h2').textContent === 'Toy/31 toy'")
    page.value("history.back()")
    page.until("document.querySelector('.sample h2').textContent === 'Toy/8 toy'")
    check_quiet(page, address)


@pytest.mark.usefixtures("divided")
def test_a_search_in_texts_walks_all_parts_also_from_a_host(page: Page, tmp_path: Path) -> None:
    report(tmp_path, forty(tmp_path / "run"))
    with served(tmp_path) as host:
        opened(page, f"{host}/report.html#/samples", "li[role=option]")
        click(page, "input[name=texts]")
        page.value("document.querySelector('input[name=search]').focus()")
        page.write("reply m/b toy/37")
        page.until("document.querySelector('.list .note').textContent === '1 of 80 samples'")
        assert texts(page, "li[role=option] .name") == ["Toy/37"]
        asked = {url for url in page.requests if "/report" in url}
        assert len(asked) == 1 + len(list(tmp_path.glob("report-parts/*.html")))
        assert {url for url in page.requests if not url.startswith(host)} == set()


@pytest.mark.usefixtures("divided")
def test_a_report_without_its_parts_shows_the_leaderboard_and_says_what_is_missing(
    page: Page, tmp_path: Path
) -> None:
    address = report(tmp_path, forty(tmp_path / "run"))
    shutil.rmtree(tmp_path / "report-parts")
    opened(page, address)
    assert len(models(page)) == 2
    click(page, "nav a[href='#/samples']")
    page.until("document.querySelector('main .apart')")
    assert "report-parts/" in texts(page, "main .apart")[0]
    assert "is not there" in texts(page, "main .apart")[0]


@pytest.mark.usefixtures("divided")
def test_a_part_opened_by_itself_leads_to_the_report(page: Page, tmp_path: Path) -> None:
    address = report(tmp_path, forty(tmp_path / "run"))
    part = next(tmp_path.glob("report-parts/*.html"))
    opened(page, part.as_uri(), "a")
    assert page.value("document.querySelector('a').href") == address
    assert page.complaints == []


@pytest.mark.usefixtures("divided")
def test_what_another_window_says_is_no_part(page: Page, tmp_path: Path) -> None:
    address = report(tmp_path, forty(tmp_path / "run"))
    opened(page, address)
    page.value("for (let at = 0; at < 9; at += 1) window.postMessage('eJyrrgUAAXUA+Q==', '*')")
    click(page, "nav a[href='#/samples']")
    page.value("for (let at = 0; at < 9; at += 1) window.postMessage('eJyrrgUAAXUA+Q==', '*')")
    page.until("document.querySelector('li[role=option]')")
    assert texts(page, ".list .note") == ["80 of 80 samples"]


def test_a_long_text_is_shown_in_part_until_one_asks_for_it(page: Page, tmp_path: Path) -> None:
    run = Builder(tmp_path / "run", [SampleKey("toy", "p", "m", 0)])
    run.add(0, "A" * 50_000)
    run.close()
    opened(page, f"{report(tmp_path, tmp_path / 'run')}#/samples/run/toy/p/m/0", ".answer pre")
    assert [len(text) for text in texts(page, ".answer details[open] pre")] == [20_000]
    click(page, ".answer button", "Show all 50,000 characters")
    assert [len(text) for text in texts(page, ".answer details[open] pre")] == [50_000]


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_of_text_stands_out_from_its_ground(page: Page, board: str, *, dark: bool) -> None:
    """At least 4.5 to 1, as WCAG 2 asks for."""
    opened(page, board)
    page.look(dark=dark)
    names = ("ground", "panel", "mark-ground", "text", "faint", "accent", "mark", "good", "bad", "open")
    colours = {
        name: page.value(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')")
        for name in names
    }
    assert (_light(colours["ground"]) < 0.1) == dark
    for name in ("text", "faint", "accent", "mark", "good", "bad", "open"):
        for ground in ("ground", "panel"):
            assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert _contrast(colours["mark"], colours["mark-ground"]) >= 4.5


def _light(colour: str) -> float:
    """Relative luminance."""
    parts = (int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "view", ["leaderboard", "plots", "samples", "samples/run/toy/Toy%2F8/m%2Fa/0/with/run/m%2Fb/0"]
)
def test_nothing_is_wider_than_a_phone(page: Page, viewer: str, view: str) -> None:
    opened(page, f"{viewer}#/{view}", "main > :not(p)")
    page.look(width=390, height=844)
    page.until("innerWidth === 390")
    assert page.value("document.documentElement.scrollWidth") <= 390


def test_every_control_has_a_name(page: Page, viewer: str) -> None:
    opened(page, f"{viewer}#/samples/run/toy/Toy%2F8/m%2Fa/0", ".answer")
    unnamed: Any = page.value(
        """[...document.querySelectorAll('input, select, button, a, [role=listbox]')]
             .filter((one) => !(one.ariaLabel || one.labels?.length || one.textContent.trim()))
             .map((one) => one.outerHTML)"""
    )
    assert unnamed == []


def test_a_file_that_is_not_whole_says_so(page: Page, viewer: str, tmp_path: Path) -> None:
    """Cut off within its data, as a copy that broke off."""
    text = Path(viewer.removeprefix("file://")).read_text("utf-8")
    (tmp_path / "cut.html").write_text(text[: text.index('id="samples">') + 40], "utf-8")
    opened(page, f"{(tmp_path / 'cut.html').as_uri()}#/samples", "main .apart")
    assert "and all of the report" in texts(page, "main .apart")[0]
