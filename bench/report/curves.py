"""Plots of S(t), the share solved by each time, one a suite and clock; the same bytes for the same runs."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from bench.report.clocks import CLOCKS, TURNS, Attempts, Clock
from bench.report.speed import Speed, curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Those of Okabe and Ito 2008, which colour-blind people tell apart; their yellow is too pale for a line."""

_LINES = ("-", "--", "-.", ":")


def can_plot() -> bool:
    """Whether matplotlib is installed, and works."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def plots(models: Sequence[Speed]) -> dict[str, bytes]:
    """By the name of the file: of each suite and each clock that is known of any model, as PNG and SVG."""
    import matplotlib

    files: dict[str, bytes] = {}
    for suite, found in groupby(models, key=lambda one: one.attempts.side.suite):
        rows = list(found)
        for clock in CLOCKS:
            if not any(clock.name in one.attempts.times for one in rows):
                continue
            name = re.sub(r"[^\w.@+-]", "_", f"{suite}-{clock.name}")
            with matplotlib.rc_context(), warnings.catch_warnings():
                _fix_looks()
                warnings.filterwarnings("ignore", message="Glyph .* missing")  # a box in place of a letter
                figure = _figure(suite, rows, clock)
                files[f"{name}.png"] = _saved(figure, "png", {"Software": None})
                files[f"{name}.svg"] = _saved(figure, "svg", {"Date": None, "Creator": None})
    return files


def _fix_looks() -> None:
    """The same from one run of this, and one machine, to the next; and names are no formulas."""
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "evenbench",
            "font.family": "DejaVu Sans",
            "savefig.dpi": 150,
            "text.parse_math": False,
        }
    )


def _figure(suite: str, rows: Sequence[Speed], clock: Clock) -> Figure:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.0, 4.4))
    axes = figure.add_subplot()
    end = _end(rows, clock)
    for number, one in enumerate(rows):
        _draw(axes, one.attempts, clock, end=end, number=number)
    axes.set_title(f"{suite}: solved within so many {clock.title}\n{_terms(rows)}", loc="left", fontsize=10)
    axes.set_xlabel(clock.title)
    axes.set_ylabel("share solved, % (bands: 95 %, pointwise)")
    axes.set_xlim(0, end)
    axes.set_ylim(0, 101)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if clock is TURNS:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(axes, [_label(one, clock) for one in rows])
    return figure


def _end(rows: Sequence[Speed], clock: Clock) -> float:
    """A little beyond the budget, which is the same for all, so that a last step shows."""
    known = [one.budget for row in rows for one in row.clocks if one.clock is clock and one.budget]
    budget = known[0] if known else 1.0  # the clock never moved
    return budget + 0.5 if clock is TURNS else 1.02 * budget


def _draw(axes: Axes, one: Attempts, clock: Clock, *, end: float, number: int) -> None:
    """A step at each time at which a sample was solved, level from the last one on; a band of 95 %."""
    steps = curve(one, clock)
    colour, line = _COLOURS[number % len(_COLOURS)], _LINES[number % len(_LINES)]
    if steps is None:
        axes.plot([], [], color=colour, linestyle=line)
        return
    at = np.append(steps.at, max(end, steps.at[-1]))
    share, low, high = (100 * np.append(each, each[-1]) for each in (steps.share, steps.low, steps.high))
    axes.plot(at, share, color=colour, linestyle=line, linewidth=2, drawstyle="steps-post", clip_on=True)
    axes.fill_between(at, low, high, step="post", color=colour, alpha=0.15, linewidth=0)


def _label(one: Speed, clock: Clock) -> str:
    side, samples = one.attempts.side, one.attempts.measured.size
    within = next(speed.within.value for speed in one.clocks if speed.clock is clock)
    solved = "unknown" if within is None else f"{100 * within:.1f} % solved"
    lost = f", {side.unmeasured} of {samples} samples unmeasured" if side.unmeasured else ""
    return f"{side.model} ({side.run}): {solved}{lost}"


def _terms(rows: Sequence[Speed]) -> str:
    """What these models have run on."""
    turns = max(one.attempts.most_turns for one in rows)
    problems = max(len(one.attempts.side.names) for one in rows)
    terms = sorted({one.attempts.side.terms for one in rows})
    named = f"terms {terms[0]}" if len(terms) == 1 else f"UNEQUAL terms {', '.join(terms)}"
    return f"up to {turns} turn{'s' if turns > 1 else ''}, {problems} problems, {named}"


def _legend(axes: Axes, labels: Sequence[str]) -> None:
    """Labels are set last: matplotlib leaves out those that start with an underscore."""
    handles = axes.get_lines()
    legend = axes.legend(
        handles, [str(number) for number in range(len(labels))], loc="upper left",
        bbox_to_anchor=(-0.02, -0.13), frameon=False, fontsize=9,
    )  # fmt: skip
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)


def _saved(figure: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format=kind, metadata=metadata, bbox_inches="tight")
    return file.getvalue()
