"""What ``bench models --check`` shows: the normal form of what came, beside what was sent and what came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from bench.cli.common import say
from bench.errors import ProviderError
from bench.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.types import Completion, Json, Request, Timing, Usage

QUESTION = "Write a Python function add(a, b) that returns the sum of its arguments."
MAX_TOKENS = 2048
_WIDE = 100
"""Columns from which on the two stand side by side."""

Line = tuple[str, str]


def as_json(request: Request, outcome: Completion | ProviderError) -> dict[str, object]:
    """All there is of an answer, or of the error under ``error``."""
    import msgspec

    if isinstance(outcome, ProviderError):
        names = ("message", "hint", "http_status", "retry_after_s", "raw_reply")
        told = {name: getattr(outcome, name) for name in names}
        return {"error": {"model": request.key.model, "fault": outcome.fault.value, **told}}
    built = msgspec.to_builtins(outcome)
    raw = {name: built.pop(name) for name in ("raw_request", "raw_reply")}
    return {"asked": _asked(request), **built, **raw}


def show(request: Request, outcome: Completion | ProviderError) -> None:
    """An answer on a wide terminal in two columns, elsewhere one after the other; an error on stderr."""
    if isinstance(outcome, ProviderError):
        _show_error(request.key.model, outcome)
        return
    normal = _normal(request, outcome)
    raw_lines = [("request", _pretty(outcome.raw_request)), ("reply", _pretty(outcome.raw_reply))]
    if not _side_by_side(normal, [line for line in raw_lines if line[1]]):
        for name, text in (*normal, *(line for line in raw_lines if line[1])):
            typer.echo(visible(f"{name}: {text}"))


def _show_error(model: str, error: ProviderError) -> None:
    """One message: whose fault, what it said, what to do."""
    hint = error.hint or ("Such a fault passes: a run tries again." if error.retryable else "")
    message = error.message if error.fault.value in error.message else f"{error.fault.value}: {error.message}"
    say(f"error: {model}: {message}" + (f"\n  {hint}" if hint else ""))


def _normal(request: Request, completion: Completion) -> list[Line]:
    """The normal form, in the order in which a person asks."""
    by = f" ({completion.provider})" if completion.provider else ""
    return [
        ("text", completion.text),
        *([("reasoning", completion.reasoning)] if completion.reasoning else []),
        ("stop", completion.stop.value),
        ("served by", f"{completion.served_model or 'it does not say'}{by}"),
        ("asked", _pairs(_asked(request))),
        ("sent", _pairs(completion.sent)),
        ("dropped", ", ".join(completion.dropped) or "none"),
        ("tokens", _tokens(completion.usage)),
        ("cost", _cost(completion.cost_microusd)),
        ("time", _time(completion.timing)),
        *([("request id", completion.request_id)] if completion.request_id else []),
    ]


def _asked(request: Request) -> dict[str, Json]:
    return {name: getattr(request.params, name) for name in request.params.asked}


def _pairs(values: Mapping[str, Json]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in values.items()) or "nothing"


def _tokens(usage: Usage | None) -> str:
    if usage is None:
        return "not told"
    inner = [
        f"{count} {what}"
        for count, what in ((usage.input_cached, "cached"), (usage.input_cache_write, "written to the cache"))
        if count
    ]
    cached = f" ({', '.join(inner)})" if inner else ""
    thought = f" ({usage.reasoning} reasoning)" if usage.reasoning else ""
    return f"{_count(usage.input_total)} in{cached}, {_count(usage.output_total)} out{thought}"


def _count(value: int | None) -> str:
    return "?" if value is None else str(value)


def _cost(microusd: int | None) -> str:
    from bench.money import dollars

    return "no price is known" if microusd is None else dollars(microusd)


def _time(timing: Timing | None) -> str:
    if timing is None:
        return "not told"
    first = "" if timing.first_byte_s is None else f"first byte {timing.first_byte_s:.3f} s, "
    waited = f", waited {timing.queue_s:.3f} s before" if timing.queue_s else ""
    return f"{first}all {timing.total_s:.3f} s{waited}"


def _pretty(raw: str) -> str:
    try:
        return json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except ValueError:
        return raw


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Print both in two columns, if there are two and a terminal that is wide enough."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not right or not console.is_terminal or console.width < _WIDE:
        return False
    table = Table("normalised", "as sent and as it came", expand=True)
    columns = (Text(visible("\n".join(f"{name}: {text}" for name, text in lines))) for lines in (left, right))
    table.add_row(*columns)
    console.print(table)
    return True
