"""What every model adapter must hold to, as a check that its author runs: two lines of a test.

::

    def test_mine():
        check_model(Mine)

    def test_mine_over_http():
        check_http_model(lambda url: Mine(url, key=KEY), key=KEY)

``check_model`` asks a dozen small questions. ``check_http_model`` asks them of a server on this machine, and
has it fail in all the ways that servers do. What is broken is told at once, each with how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.conformance import MEND_ERROR, RULES, Broken, Factory, Probe, broken_rules, shown_keys
from bench.errors import Fault
from bench.protocols import Model
from bench.scripted import ServerReply, ServerRequest, chat_reply, scripted_server
from bench.types import Completion

__all__ = [
    "RULES",
    "Broken",
    "Nonconforming",
    "ServerReply",
    "ServerRequest",
    "chat_reply",
    "check_http_model",
    "check_model",
    "scripted_server",
]


class Nonconforming(AssertionError):
    """An adapter breaks rules; ``broken`` has them all."""

    def __init__(self, model: str, broken: Sequence[Broken]) -> None:
        told = "".join(f"\n- {one}" for one in broken)
        super().__init__(f"model {model!r} does not hold to what is asked of an adapter:{told}")
        self.broken = tuple(broken)


def check_model(
    model: Model | Factory,
    *,
    failing: Factory | None = None,
    secrets: Sequence[str] = (),
    except_for: Collection[str] = (),
) -> None:
    """Ask ``model`` (or what the class or factory makes) and raise Nonconforming if a rule is broken.

    ``failing`` makes the same model with a transport that fails; ``secrets`` are the keys it was given;
    ``except_for`` names rules that are knowingly not held. Every question costs what a question costs.
    """
    broken = broken_rules(model, failing=failing, secrets=secrets, except_for=except_for)
    if broken:
        raise Nonconforming(str(getattr(model, "name", model)), broken)


def check_http_model(
    make: Callable[[str], Model],
    *,
    reply: Callable[[ServerRequest], ServerReply] = chat_reply,
    key: str = "",
    except_for: Collection[str] = (),
) -> None:
    """Check the model that ``make`` makes for a server's address; raise Nonconforming if a rule is broken.

    ``reply`` is what a good server answers; by default one of Chat Completions. ``key`` is what the model was
    given: the server repeats it in its errors, as some do.
    """
    with scripted_server(reply) as server:
        broken = broken_rules(lambda: make(server.url), secrets=(key,) if key else (), except_for=except_for)
        for case in _CASES:
            broken += _served(make, case, key=key)
    broken = [one for one in dict.fromkeys(broken) if one.rule not in except_for]
    if broken:
        raise Nonconforming(str(make), broken)


@dataclass(frozen=True, slots=True)
class _Case:
    """A way for a server to fail, and the faults that say so. None for a reply: the connection is closed."""

    about: str
    reply: ServerReply | None
    faults: frozenset[Fault]
    once: bool = True


_ANY = frozenset(Fault)
_CASES = (
    _Case("HTTP 500", ServerReply(500, "oops"), frozenset({Fault.SERVER})),
    _Case(
        "HTTP 429 with retry-after: 7",
        ServerReply(429, {"error": {"message": "slow down"}}, {"retry-after": "7"}),
        frozenset({Fault.RATE_LIMITED}),
    ),
    _Case(
        "HTTP 401",
        ServerReply(401, {"error": {"message": "Incorrect API key: {key}"}}),
        frozenset({Fault.AUTH}),
    ),
    _Case("HTTP 404", ServerReply(404, "not found"), _ANY, once=False),
    _Case("a redirect", ServerReply(302, "", {"location": "http://127.0.0.1:9/?key={key}"}), _ANY),
    _Case(
        "HTTP 200 and no JSON", ServerReply(200, "<html>Bad gateway</html>"), frozenset({Fault.INVALID_REPLY})
    ),
    _Case("HTTP 200 and an empty object", ServerReply(200, {}), _ANY - {Fault.FILTERED}),
    _Case("HTTP 200 and a list", ServerReply(200, ["{key}"]), _ANY),
    _Case(
        "HTTP 200 with an error in it", ServerReply(200, {"error": {"message": "the upstream is down"}}), _ANY
    ),
    _Case("a closed connection", None, frozenset({Fault.TRANSPORT})),
)


def _served(make: Callable[[str], Model], case: _Case, *, key: str) -> Iterator[Broken]:
    """What is broken when the server fails like that."""
    with scripted_server(lambda _: case.reply and case.reply.with_key(key)) as server:
        probe = Probe(lambda: make(server.url), (key,) if key else ())
        outcome = probe.asked()
        asked = len(server.requests)
    yield from (replace(one, seen=f"{case.about}: {one.seen}") for one in (*probe.broken, *shown_keys(probe)))
    if isinstance(outcome, Completion):
        yield Broken("errors", f"{case.about} became the answer {outcome.text[:80]!r}", MEND_ERROR)
        return
    if outcome is None:
        return
    if outcome.fault not in case.faults:
        fitting = " or ".join(sorted(fault.name for fault in case.faults))
        seen = f"{case.about} became Fault.{outcome.fault.name}"
        yield Broken("errors", seen, f"Raise it as {fitting}; bench.models.http.Client does.")
    if case.once and asked > 1:
        yield Broken("errors", f"{case.about}: asked {asked} times", "Do not retry: the harness does.")
    if case.reply and "retry-after" in case.reply.headers and outcome.retry_after_s != 7:
        seen = f"{case.about}: retry_after_s is {outcome.retry_after_s}"
        yield Broken("errors", seen, "Hand on how long the provider asks to wait: retry_after_s=7.")
