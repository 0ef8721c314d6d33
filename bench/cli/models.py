"""``bench models``: which adapters there are; ``--check`` asks one a small question."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import BenchError, PluginError, ProviderError, UsageError
from bench.types import EFFORTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bench.conformance import Broken
    from bench.models.catalogue import Adapter, Kind
    from bench.protocols import Model
    from bench.types import Completion, Json, Request


def models(
    check: Annotated[
        str | None, typer.Option("--check", help="Send one small request to this model.", metavar="MODEL")
    ] = None,
    effort: Annotated[str | None, typer.Option(help="Reasoning effort that --check asks for.")] = None,
    conformance: Annotated[
        bool, typer.Option("--conformance", help="With --check: hold it to the rules for adapters, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """List the model adapters: how a model is named, what it takes and how it is sent, which keys are set.

    --check MODEL sends one small request (which the provider may charge for) and shows what came back, beside
    the reply as it came. --conformance sends a dozen more.

    Exit status: 0 done, 1 no answer came or a rule is broken, 2 bad usage.
    """
    if check is None and (effort or conformance):
        raise UsageError("--effort and --conformance go with --check", hint="bench models --check MODEL ...")
    if effort is not None and effort not in EFFORTS:
        raise UsageError(f"--effort {effort} is no level of effort", hint=f"One of: {', '.join(EFFORTS)}.")
    if check is None:
        _list(as_json=as_json)
        return
    raise typer.Exit(0 if _check(check, effort=effort, conformance=conformance, as_json=as_json) else 1)


def _list(*, as_json: bool) -> None:
    import msgspec

    from bench import config
    from bench.models.catalogue import adapters

    found = adapters(config.environ())
    if as_json:
        typer.echo(json.dumps([{**msgspec.to_builtins(one), "key": _keys(one)} for one in found]))
        return
    for one in found:
        typer.echo(f"{one.name}: {one.about}")
        for line in _about(one):
            typer.echo(f"    {line}")
    typer.echo("Or a plug-in of your own: module:attr, or ./my_model.py:MyModel.")


def _about(adapter: Adapter) -> Iterator[str]:
    if adapter.spelling != adapter.name:
        yield adapter.spelling + ("; can be asked in batches (--batch)" if adapter.batch else "")
    if adapter.keys:
        yield _keys(adapter) + ("" if adapter.needs_key else " (needed where the server asks for one)")
    for kind in adapter.kinds:
        yield kind.models or ("any other name" if len(adapter.kinds) > 1 else "any name")
        yield from (f"    {line}" for line in _takes(kind))


def _keys(adapter: Adapter) -> str:
    return ", ".join(f"{name} is {'set' if is_set else 'not set'}" for name, is_set in adapter.keys.items())


def _takes(kind: Kind) -> Iterator[str]:
    dropped = f"; drops {', '.join(kind.drops)}" if kind.drops else ""
    thinking = f"; while it thinks also {', '.join(kind.drops_thinking)}" if kind.drops_thinking else ""
    yield f"takes {', '.join(kind.takes) or 'nothing'}{dropped}{thinking}"
    if kind.effort:
        yield f"effort {_effort(kind.effort)}"
    if kind.unasked:
        yield f"unasked {_pairs(kind.unasked)}"


def _effort(levels: Mapping[str, Mapping[str, Json]]) -> str:
    """``none minimal low -> low, medium, high`` and under which names that is sent."""
    groups: dict[str, list[str]] = {}
    names: dict[str, None] = {}
    for level, sent in levels.items():
        leaves = dict(_leaves(sent))
        names |= dict.fromkeys(leaves)
        levels_sent = [word for word in leaves.values() if word in EFFORTS]
        groups.setdefault(" + ".join(levels_sent or leaves.values()), []).append(level)
    told = [word if asked == [word] else f"{' '.join(asked)} -> {word}" for word, asked in groups.items()]
    return f"{', '.join(told)} (as {', '.join(names)})"


def _leaves(sent: Mapping[str, Json], at: str = "") -> Iterator[tuple[str, str]]:
    for name, value in sent.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{at}{name}.")
        else:
            yield at + name, value if isinstance(value, str) else json.dumps(value)


def _pairs(values: Mapping[str, Json]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in values.items())


def _model(spec: str, *, concurrency: int = 1) -> Model:
    from bench import config
    from bench.protocols import ModelContext
    from bench.registry import load_model

    return load_model(spec, ModelContext(environ=config.environ(), concurrency=concurrency, timeout_s=120.0))


def _check(spec: str, *, effort: str | None, conformance: bool, as_json: bool) -> bool:
    """Whether an answer came, and no rule is broken."""
    from bench import config, secrets
    from bench.cli import checked
    from bench.conformance import broken_rules
    from bench.types import Message, Params, Request, SampleKey

    model = _model(spec)
    params = Params(max_tokens=checked.MAX_TOKENS, effort=effort)
    key = SampleKey("check", "check", model.name, 0)
    request = Request(key, (Message("user", checked.QUESTION),), params)
    outcome = _asked(model, request)
    keys = secrets.of(config.environ())
    broken = broken_rules(lambda: _model(spec, concurrency=4), secrets=keys) if conformance else []
    if as_json:
        told = {"broken": [asdict(one) for one in broken]} if conformance else {}
        typer.echo(json.dumps({**checked.as_json(request, outcome), **told}))
    else:
        checked.show(request, outcome)
        if conformance:
            _show_rules(broken, untried={"errors"} if keys else {"errors", "secrets"})
    return not isinstance(outcome, ProviderError) and not broken


def _asked(model: Model, request: Request) -> Completion | ProviderError:
    """What came; raises PluginError where the model raised what it must not."""
    try:
        return model.generate(request)
    except ProviderError as error:
        return error
    except BenchError:
        raise
    except Exception as error:
        hint = "What is no answer is raised as ProviderError; docs/adapters.md shows how."
        message = f"model {model.name!r} raised {type(error).__name__}: {error}"
        raise PluginError(message, hint=hint) from error


def _show_rules(broken: Sequence[Broken], *, untried: Collection[str]) -> None:
    """A line a rule. What it takes a failing server or a key to see is not tried here."""
    from bench.conformance import RULES

    named = {one.rule for one in broken}
    for rule, demand in RULES.items():
        how = "broken" if rule in named else "untried" if rule in untried else "ok"
        typer.echo(f"{how:<7} {rule}: it {demand}")
    for one in broken:
        typer.echo(f"{one.rule}: {one.seen}\n    {one.mend}")
    typer.echo("bench.testing.check_http_model tries all of them against a server of its own.")
