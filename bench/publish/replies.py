"""Whether a stored completion is what its raw reply says, and asked for what the suite asks. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.errors import ProviderError
from bench.models.http import Reply, json_object, text_of
from bench.models.openai_chat import ChatCompletions
from bench.models.replay import task_key
from bench.models.vendors import VENDORS
from bench.models.wire import Answer, Format
from bench.records import SampleRecord, StoredCompletion
from bench.report.story import messages
from bench.types import Completion, Form, Message, Mode, Params, Problem, Request, Timing

_INNER = (("response", "body"), ("result", "message"), ("response",))
"""Where a line of a batch holds what would be the whole reply to a single request."""
_LOCAL = ("command", "hf", "replay")
_TELL_ALL = ("command", "hf")
"""Not asked over a wire, and what is kept of a request holds its parameters too."""
_UNASKED = {
    "replay": Completion(""),
    "reference": Completion("", served_model="reference", cost_microusd=0),
}
"""What there is to say of answers that no model was asked for."""


def keeps_replies(model: str) -> bool:
    """Whether every answer of a model of that name has its raw reply."""
    return _format(model) is not None or _provider(model) in _LOCAL


def _provider(model: str) -> str:
    return model.partition("/")[0]


def _format(model: str) -> Format | None:
    provider = _provider(model)
    if provider == "llamacpp":
        return ChatCompletions()
    return VENDORS[provider].format if provider in VENDORS and "/" in model else None


def invented(record: SampleRecord) -> str:
    """What a completion says of tokens, cost or model where no model was asked; "" for nothing."""
    stored, known = record.completion, _UNASKED.get(_provider(record.key.model))
    if stored is None or known is None:
        return ""
    pairs = {
        "usage": (stored.usage, known.usage),
        "cost": (stored.cost_microusd, known.cost_microusd),
        "served model": (stored.served_model, known.served_model),
        "provider": (stored.provider, known.provider),
    }
    other = [name for name, (one, two) in pairs.items() if one != two]
    return f"no model was asked, and a {other[0]} is stored" if other else ""


def reread(record: SampleRecord, raw: str, problem: Problem | None) -> str:
    """What of a completion its raw reply does not bear out; "" where all of it is."""
    stored = record.completion
    assert stored is not None
    wire, provider = _format(record.key.model), _provider(record.key.model)
    if wire is not None:
        return _against_wire(record, stored, raw, wire)
    if provider == "replay":
        return _against_row(record, stored.text, raw, problem)
    said = _text(raw)
    if provider == "command":
        is_blank = said is not None and not said.strip() and not stored.text
        return "" if said == stored.text or is_blank else _TEXT
    if provider == "hf":
        return "" if said is not None and _is_left_of(stored.text, said) else _TEXT
    return ""


_TEXT = "the reply is not the text of its raw reply"


def _text(raw: str) -> str | None:
    try:
        return text_of(json_object(raw).get("text"))
    except ProviderError:
        return None


def _is_left_of(text: str, said: str) -> bool:
    """Whether a text is what is left of another when special tokens, and some blanks, are left out."""
    rest = iter(said)
    return all(one.isspace() or one in rest for one in text)


def _against_wire(record: SampleRecord, stored: StoredCompletion, raw: str, wire: Format) -> str:
    mode = Mode.COMPLETE if stored.form is Form.CONTINUATION else Mode.CHAT
    request = Request(record.key, (Message("user", ""),), mode=mode)
    answers = list(_read(wire, raw, request, stored.sent))
    if not answers:
        return "its raw reply holds no answer"
    return min((_unequal(stored, answer) for answer in answers), key=len)


def _read(wire: Format, raw: str, request: Request, sent: Mapping[str, Any]) -> Iterator[Answer]:
    """What the adapter reads there, taken as a reply or as a line of a batch."""
    try:
        whole = json_object(raw)
    except ProviderError:
        return
    for path in ((), *_INNER):
        body: Any = whole
        for name in path:
            body = body.get(name) if isinstance(body, dict) else None
        if isinstance(body, dict):
            try:
                yield wire.read(Reply(body, raw, "", "", Timing()), request, sent)
            except ProviderError:
                continue


def _unequal(stored: StoredCompletion, answer: Answer) -> str:
    if stored.text != answer.text and (stored.text or answer.text.strip()):
        return _TEXT
    pairs = {
        "stop": (stored.stop, answer.stop),
        "reasoning": (stored.reasoning, answer.reasoning),
        "usage": (stored.usage, answer.usage),
        "served model": (stored.served_model, answer.served_model),
        "upstream": (stored.provider, answer.upstream or stored.provider),
        "cost": (stored.cost_microusd, _or(answer.cost_microusd, stored.cost_microusd)),
    }
    other = [name for name, (one, two) in pairs.items() if one != two]
    return f"its {other[0]} is not that of its raw reply" if other else ""


def _or(said: int | None, else_: int | None) -> int | None:
    """Most providers do not say what an answer cost."""
    return else_ if said is None else said


def _against_row(record: SampleRecord, text: str, raw: str, problem: Problem | None) -> str:
    """A line of a samples file."""
    try:
        row = json_object(raw)
    except ProviderError:
        return "its line of the samples file is none"
    task = row.get("task_id")
    if task is not None and task_key(str(task)) != task_key(record.key.problem):
        return f"its line of the samples file answers {task}"
    if "solution" in row:
        return "" if row["solution"] == text else _TEXT
    said = text_of(row.get("completion"))
    joined = text.endswith(said) if problem is None else text == problem.prompt + said
    return "" if text == said or joined else _TEXT


def asked_otherwise(model: str, raw: str, request: Request) -> str:
    """What a request asks that the suite does not ask of that model; "" where it is the same."""
    sent = [message.text for message in messages(raw)]
    due = [message.text for message in request.messages]
    if _provider(model) == "hf":  # one text, made by the model's own template
        return "" if all(text.strip() in "\n".join(sent) for text in due) else _ASKED
    if _format(model) is None and _provider(model) != "command":
        return ""
    named = _model_in(raw)
    if _provider(model) in VENDORS and named is not None and named not in model:
        return f"the request went to {named}"
    return "" if sent == due else _ASKED


_ASKED = "the request does not ask what the suite asks"


def sent_otherwise(record: SampleRecord, raw: str, params: Params) -> str:
    """What was asked for and is neither sent nor dropped, or is said of a request that it does not hold; "".

    An effort is sent in words of each vendor's, and what a model has by default nobody asked for: of the
    one its dropping alone is looked at, of the other nothing.
    """
    stored, provider = record.completion, _provider(record.key.model)
    if stored is None or (_format(record.key.model) is None and provider not in _TELL_ALL):
        return ""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return "its request is none"
    for name, value in stored.sent.items():
        if not any(found == value for found in _all_of(body, name)):
            return f"its request does not hold the {name} that is said to have been sent"
    # A program is given all, and says itself what it drops.
    for name in stored.dropped if provider != "command" else ():
        if any(True for _ in _all_of(body, name)):
            return f"its request holds the {name} that is said to have been dropped"
    due = {"temperature": params.temperature, "seed": params.seed, "stop": [*params.stop] or None}
    if provider != "hf":  # there the context's room may leave less
        due["max_tokens"] = params.max_tokens
    for name, asked in due.items():
        if asked is not None and name not in stored.dropped and asked not in stored.sent.values():
            return f"{name} {asked} was asked for, and neither sent nor dropped"
    return ""


def _all_of(body: Any, name: str, *, deep: int = 9) -> Iterator[Any]:
    """What stands under a name, anywhere in a request, but for what is deeper than any is."""
    if not deep:
        return
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        if key == name:
            yield value
        yield from _all_of(value, name, deep=deep - 1)


def _model_in(raw: str) -> str | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    named = body.get("model") if isinstance(body, dict) else None
    return named if isinstance(named, str) else None
