"""The rules that every model adapter holds to, and what finds the broken ones: see ``bench.testing``."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from bench import records
from bench.errors import ProviderError
from bench.protocols import Model
from bench.secrets import forms
from bench.types import Completion, Form, Json, Message, Mode, Params, Request, SampleKey, Stop, Usage

Factory = Callable[[], Model]

RULES: Mapping[str, str] = {
    "name": "has a name, one line of text, that is the same before and after a call and in every instance",
    "answer": "answers a plain question with a Completion whose text is a str",
    "record": "gives fields of their declared types, which a run can store and read back",
    "usage": "counts tokens in the normal form: input includes cached, output includes reasoning",
    "params": "sends each parameter asked for (`sent`), or names it in `dropped`",
    "length": "says Stop.LENGTH when the token limit cut the answer off",
    "mode": "goes on with raw text in mode complete (not Form.REPLY), or raises a ProviderError",
    "threads": "answers several threads at once, each its own question",
    "errors": "raises ProviderError for what is no answer, with the fitting Fault, and asks once",
    "secrets": "shows no key: not in its repr, its completions or its errors",
}
"""The rules by name, in the order in which they are checked."""

PLAIN = Params()
_THREADS = 4
_LIMIT = 4
_QUESTION = "Write a Python function add(a, b) that returns the sum of its arguments."
_ASKED = Params(max_tokens=64, temperature=0.5, seed=7, effort="low", stop=("\nclass ",))
MEND_ERROR = "Raise bench.errors.ProviderError(Fault...., message) for anything that is not an answer."


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold: what was seen, and how to mend it."""

    rule: str
    seen: str
    mend: str

    def __str__(self) -> str:
        return f"{self.rule}: it {RULES[self.rule]}\n    seen: {self.seen}\n    mend: {self.mend}"


def broken_rules(
    model: Model | Factory,
    *,
    failing: Factory | None = None,
    secrets: Sequence[str] = (),
    except_for: Collection[str] = (),
) -> list[Broken]:
    """What is broken, by rule, as ``bench.testing.check_model`` says. Raises ValueError for no such rule."""
    unknown = sorted(set(except_for) - RULES.keys())
    if unknown:
        raise ValueError(f"no such rule: {', '.join(unknown)}; there are {', '.join(RULES)}")
    probe = Probe(model, secrets)
    first = probe.asked()
    looks: dict[str, Callable[[], Iterator[Broken]]] = {"name": lambda: _name(probe)}
    if isinstance(first, Completion):
        looks |= {
            "record": lambda: _record(probe, first),
            "usage": lambda: _usage(first.usage, first.cost_microusd),
            "params": lambda: _params(probe, first),
            "length": lambda: _length(probe),
            "mode": lambda: _mode(probe),
            "threads": lambda: _threads(probe),
        }
    else:
        looks["answer"] = lambda: _unanswered(first)
    if failing is not None:
        looks["errors"] = lambda: _failing(failing, secrets)
    found = [broken for rule in RULES if rule in looks for broken in looks[rule]()]
    found += [*probe.broken, *shown_keys(probe)]
    order = list(RULES)
    unique = dict.fromkeys(one for one in found if one.rule not in except_for)
    return sorted(unique, key=lambda one: order.index(one.rule))


class Probe:
    """Asks a model, and remembers what came; what is no ProviderError is a broken rule at once."""

    def __init__(self, model: Model | Factory, secrets: Sequence[str]) -> None:
        self.factory = cast(Factory, model) if _is_factory(model) else None
        self.model = self.factory() if self.factory else cast(Model, model)
        self.name = self.model.name
        self.secrets = secrets
        self.broken: list[Broken] = []
        self.seen: list[Completion | ProviderError] = []
        self._mutex = threading.Lock()

    def asked(
        self, params: Params = PLAIN, *, text: str = _QUESTION, mode: Mode = Mode.CHAT
    ) -> Completion | ProviderError | None:
        """The completion or the error; None when it was neither."""
        key = SampleKey("check", "check/1", self.name, 0)
        try:
            outcome: object = self.model.generate(Request(key, (Message("user", text),), params, mode))
        except ProviderError as error:
            outcome = error
        except Exception as error:
            self._note(Broken("errors", f"it raised {_told(error)}", MEND_ERROR))
            return None
        if not isinstance(outcome, Completion | ProviderError):
            seen = f"generate returned {type(outcome).__name__}"
            self._note(Broken("answer", seen, "Return bench.types.Completion(text)."))
            return None
        if isinstance(outcome, Completion) and not isinstance(outcome.text, str):
            seen = f"text is {type(outcome.text).__name__}"
            self._note(Broken("answer", seen, 'Give a str: "" for an answer without text.'))
            return None
        with self._mutex:
            self.seen.append(outcome)
        return outcome

    def _note(self, broken: Broken) -> None:
        with self._mutex:
            self.broken.append(broken)


def _is_factory(model: object) -> bool:
    return inspect.isclass(model) or not hasattr(model, "generate")


def _unanswered(error: ProviderError | None) -> Iterator[Broken]:
    if error is not None:
        yield Broken("answer", f"it raised {_told(error)}", "Let it answer: nothing else can be checked.")


def _name(probe: Probe) -> Iterator[Broken]:
    name: object = probe.name
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        yield Broken("name", f"name is {name!r}", 'Give the class a line: name = "my-model".')
    if probe.model.name != name:
        yield Broken("name", f"it was {name!r} and is {probe.model.name!r} now", "Set the name once.")
    if probe.factory and (other := probe.factory().name) != name:
        seen = f"another instance is called {other!r}"
        yield Broken(
            "name", seen, "Take it from what the model is, not from chance or a counter: runs resume by it."
        )


def _record(probe: Probe, completion: Completion) -> Iterator[Broken]:
    """Through the line of ``samples.jsonl`` and back."""
    key = SampleKey("check", "check/1", probe.name, 0)
    mend = "Give each field of Completion its declared type: `sent` holds JSON, `dropped` is a tuple of str."
    try:
        made = records.answered(0, key, completion, None, attempt=1, tries=1, request_blob="", reply_blob="")
        back = records.completion_of(records.decode(records.encode(made), records.SampleRecord))
    except Exception as error:
        yield Broken("record", _told(error), mend)
        return
    kept = replace(completion, raw_request="", raw_reply="", allowances=())
    for name in ("text", "stop", "usage", "cost_microusd", "served_model", "provider", "sent", "dropped"):
        was, now = getattr(kept, name), getattr(back, name)
        if was != now:
            yield Broken("record", f"{name} was {was!r} and comes back as {now!r}", mend)


def _usage(usage: Usage | None, cost: int | None) -> Iterator[Broken]:
    if cost is not None and (not isinstance(cost, int) or cost < 0):
        yield Broken(
            "usage", f"cost_microusd is {cost!r}", "Whole micro-dollars, or None where no price is known."
        )
    if usage is None:
        return
    for name, value in msgspec.to_builtins(usage).items():
        if value is not None and (not isinstance(value, int) or value < 0):
            yield Broken("usage", f"{name} is {value!r}", "A count of tokens, or None where it is not told.")
            return
    parts = (
        ("input_cached", usage.input_cached, "input_total", usage.input_total),
        ("input_cache_write", usage.input_cache_write, "input_total", usage.input_total),
        ("reasoning", usage.reasoning, "output_total", usage.output_total),
    )
    for part, value, whole, total in parts:
        if value is not None and total is not None and value > total:
            seen = f"{part} is {value}, {whole} only {total}"
            yield Broken("usage", seen, f"{whole} includes {part}: add it where the vendor counts it apart.")


def _params(probe: Probe, plain: Completion) -> Iterator[Broken]:
    """One parameter at a time: what is sent has to differ, or the parameter has to be named as dropped."""
    if plain.dropped:
        yield Broken(
            "params", f"dropped is {plain.dropped} though nothing was asked", "Name what was asked for only."
        )
    for name in _ASKED.asked:
        got = probe.asked(replace(PLAIN, **{name: getattr(_ASKED, name)}))
        if not isinstance(got, Completion):
            if got is not None:
                seen = f"with {name} asked for it raised {_told(got)}"
                yield Broken("params", seen, f"Send the request without {name}, and name it in dropped.")
        elif name not in got.dropped and got.sent == plain.sent:
            mend = f"Put it into `sent` if it is sent, into `dropped` if not: dropped=({name!r},)."
            yield Broken("params", f"{name} was asked for and is in neither", mend + _ALL_DROPPED)
        elif set(got.dropped) - {name}:
            yield Broken(
                "params",
                f"only {name} was asked for, dropped is {got.dropped}",
                "Name what was asked for only.",
            )


_ALL_DROPPED = " A model that takes none: dropped=request.params.asked."


def _length(probe: Probe) -> Iterator[Broken]:
    got = probe.asked(Params(max_tokens=_LIMIT))
    if not isinstance(got, Completion) or "max_tokens" in got.dropped or got.usage is None:
        return
    written = got.usage.output_total
    if written is not None and written >= _LIMIT and got.stop in (Stop.END, Stop.OTHER):
        seen = f"{written} tokens at a limit of {_LIMIT}, and stop is {got.stop.value!r}"
        mend = "stop=Stop.LENGTH where the provider says so, or where as many tokens came as were allowed."
        yield Broken("length", seen, mend)


def _mode(probe: Probe) -> Iterator[Broken]:
    got = probe.asked(text="def add(a, b):\n", mode=Mode.COMPLETE)
    if isinstance(got, Completion) and got.form is Form.REPLY:
        mend = (
            "Return form=Form.CONTINUATION for text that goes on from the prompt; without such a mode:"
            ' if request.mode is Mode.COMPLETE: raise ProviderError(Fault.INVALID_REQUEST, "chat only").'
        )
        yield Broken("mode", "a chat reply where raw text was asked for", mend)
    elif isinstance(got, ProviderError) and got.retryable:
        seen = f"it raised Fault.{got.fault.name}, which is tried again"
        yield Broken("mode", seen, "Raise Fault.INVALID_REQUEST: the mode will not come.")


def _threads(probe: Probe) -> Iterator[Broken]:
    """All at once; a question that shows in another's request got mixed up."""
    start = threading.Barrier(_THREADS)
    marks = [f"question{number}of{_THREADS}" for number in range(_THREADS)]

    def ask(mark: str) -> Completion | ProviderError | None:
        start.wait()
        return probe.asked(text=f"{_QUESTION} # {mark}")

    with ThreadPoolExecutor(_THREADS) as pool:
        answers = list(pool.map(ask, marks))
    mend = "Keep nothing of a request in the object; what has to be shared needs a lock."
    for mark, got in zip(marks, answers, strict=True):
        if isinstance(got, Completion) and "question" in got.raw_request and mark not in got.raw_request:
            yield Broken("threads", "an answer came with another question's request", mend)
        elif isinstance(got, ProviderError) and not got.retryable:
            yield Broken("threads", f"one of {_THREADS} at once raised {_told(got)}", mend)


def _failing(failing: Factory, secrets: Sequence[str]) -> Iterator[Broken]:
    probe = Probe(failing, secrets)
    got = probe.asked()
    yield from (*probe.broken, *shown_keys(probe))
    if isinstance(got, Completion):
        yield Broken("errors", f"a failing transport became the answer {got.text[:80]!r}", MEND_ERROR)


def shown_keys(probe: Probe) -> Iterator[Broken]:
    """A key in any of its encodings, wherever it would be stored or shown."""
    texts = {"repr(model)": repr(probe.model), "its name": str(probe.name)}
    for one in probe.seen:
        if isinstance(one, Completion):
            texts["a completion"] = texts.get("a completion", "") + json.dumps(msgspec.to_builtins(one))
        else:
            texts["an error"] = texts.get("an error", "") + _all_of(one)
    for broken in probe.broken:
        texts["an exception"] = texts.get("an exception", "") + broken.seen
    for secret in probe.secrets:
        for place, text in texts.items():
            if any(form in text for form in forms(secret)):
                yield Broken("secrets", f"the key stands in {place}", _MEND_SECRET)


_MEND_SECRET = "Take the key out of what is shown; bench.models.http.Client does, given key=..."


def _all_of(error: BaseException) -> str:
    """An error's words, what is raised with it and what it came from."""
    fields: dict[str, Json] = {name: str(value) for name, value in vars(error).items()}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{error!r} {error} {fields}" + (_all_of(before) if before else "")


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
