"""Plots of S(t): what is drawn is what was counted, and the same runs give the same bytes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from speed_runs import Answer, E, P, Samples, W, view

from bench.report import curves
from bench.report.clocks import CLOCKS, attempts
from bench.report.speed import Speed, speeds

SAMPLES: Samples = {
    "a": [[[Answer(W, output=4), Answer(P, output=3)]], [[Answer(P, output=5)]], [[Answer(W)] * 3]],
    "b": [[[Answer(P, output=2)]], [[Answer(P, output=9)]], [E]],
}


def models(samples: Samples = SAMPLES) -> list[Speed]:
    return speeds(attempts([view(samples)]), {})


def drawn(samples: Samples, clock: str) -> list[tuple[list[float], list[float]]]:
    """The line of each model."""
    found = models(samples)
    (chosen,) = (one for one in CLOCKS if one.name == clock)
    (axes,) = curves._figure("toy", found, chosen).axes
    return [([*map(float, line.get_xdata())], [*map(float, line.get_ydata())]) for line in axes.get_lines()]


def test_there_is_a_png_and_an_svg_for_each_clock() -> None:
    files = curves.plots(models())
    assert sorted(files) == sorted(f"toy-{clock.name}.{kind}" for clock in CLOCKS for kind in ("png", "svg"))
    assert all(data.startswith(b"\x89PNG") for name, data in files.items() if name.endswith("png"))
    assert all(
        ElementTree.fromstring(data).tag.endswith("svg") for name, data in files.items() if "svg" in name
    )


def test_the_steps_are_those_that_were_counted() -> None:
    (at, share), (other_at, other_share) = drawn(SAMPLES, "output_tokens")
    assert at == [0, 5, 7, 1.02 * 30]
    assert share == pytest.approx([0, 100 / 3, 200 / 3, 200 / 3])
    assert other_at == [0, 2, 9, 1.02 * 30]
    assert other_share == [0, 50, 100, 100]


def test_a_last_step_at_the_budget_shows() -> None:
    ((at, share),) = drawn({"m": [[[Answer(W), Answer(W), Answer(P)]]]}, "turns")
    assert (at, share) == ([0, 3, 3.5], [0, 100, 100])


def test_a_clock_that_never_moved_is_drawn() -> None:
    ((at, share),) = drawn({"m": [[[Answer(P, microusd=0)]]]}, "usd")
    assert (at, share) == ([0, 1.02], [100, 100])
    ((at, share),) = drawn({"m": [[[Answer(W, microusd=0)] * 3]]}, "usd")
    assert (at, share) == ([0, 1.02], [0, 0])


def test_a_model_whose_clock_is_unknown_is_named_without_a_line() -> None:
    samples: Samples = {"a": [[[Answer(P)]]], "b": [[[Answer(P, seconds=None)]]]}
    assert drawn(samples, "model_s")[1] == ([], [])
    files = curves.plots(models({"b": samples["b"]}))
    assert "toy-model_s.png" not in files
    assert "toy-turns.png" in files


def test_nothing_measured_draws_nothing() -> None:
    assert curves.plots(models({"m": [[E]]})) == {}


def test_the_same_runs_give_the_same_bytes_whatever_was_set_before() -> None:
    import matplotlib

    first = curves.plots(models())
    with matplotlib.rc_context({"svg.hashsalt": "other", "font.size": 30, "lines.linewidth": 9}):
        assert curves.plots(models()) == first
        assert matplotlib.rcParams["font.size"] == 30
    assert not any(re.search(rb"20\d\d-\d\d-\d\d", data) for data in first.values())


@pytest.mark.parametrize("name", ["_hidden", "a$b$c^", r"$\frac{", "模型", "a\nb", "<b>&"])
def test_names_are_taken_literally(name: str) -> None:
    """An underscore in front once took a model out of the legend; a dollar made a formula of it."""
    found = models({name: SAMPLES["a"], "other": SAMPLES["b"]})
    (axes,) = curves._figure("toy", found, CLOCKS[0]).axes
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        curves._label(one, CLOCKS[0]) for one in found
    ]
    assert any(name in text.get_text() for text in legend.get_texts())
    assert len(curves.plots(found)) == 2 * len(CLOCKS)


def test_what_was_run_on_is_in_the_title() -> None:
    found = speeds(attempts([view(SAMPLES, terms={"a": "aaa", "b": "bbb"})]), {})
    (axes,) = curves._figure("toy", found, CLOCKS[1]).axes
    title = axes.get_title(loc="left")
    assert "toy" in title
    assert "output tokens" in title
    assert "UNEQUAL terms aaa, bbb" in title
    assert "up to 3 turns, 3 problems" in title
    assert "1 of 3 samples unmeasured" in curves._label(found[1], CLOCKS[1])
