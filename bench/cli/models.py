"""``bench models``: which adapters there are; ``--check`` asks one a small question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bench.types import Completion

_QUESTION = "Write a Python function add(a, b) that returns the sum of its arguments."


def models(
    check: Annotated[
        str | None, typer.Option("--check", help="Send one small request to this model.", metavar="MODEL")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """List the model adapters: how a model is named, which parameters it takes, whether a key is set.

    --check MODEL sends one small request (which the provider may charge for) and shows what came back.
    """
    if check is None:
        _list(as_json=as_json)
    else:
        _check(check, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from bench import config
    from bench.models.vendors import VENDORS
    from bench.registry import model_names

    environ = config.environ()
    rows = []
    for name in model_names():
        variable = VENDORS[name].key_variable if name in VENDORS else ""
        is_set = "set" if environ.get(variable, "").strip() else "not set"
        key = f"{variable} is {is_set}" if variable else ""
        rows.append({"name": name, "about": _about(name), "takes": _takes(name), "key": key})
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['name']}: {row['about']}")
        if row["takes"]:
            typer.echo(f"    takes {', '.join(row['takes'])} (a model may take fewer)")
        if row["key"]:
            typer.echo(f"    {row['key']}")
    typer.echo("Or a plug-in of your own: module:attr, or ./my_model.py:MyModel.")


def _about(name: str) -> str:
    """The first line of the adapter's own description; why it does not load, if it does not."""
    from bench.errors import PluginError
    from bench.registry import MODELS, load

    try:
        plugin = load(MODELS, name)
        described = str(getattr(plugin, "about", "") or plugin.__doc__ or "").strip()
    except PluginError as error:
        return f"broken: {error.message}"
    return described.split("\n")[0].replace("``", "") or "no description"


def _takes(name: str) -> list[str]:
    from bench.models.capabilities import rule_for
    from bench.models.prices import FREE

    if name in FREE - {"llamacpp"}:
        return []
    rule = rule_for(name, "")
    refused = rule.refuses if rule.efforts else rule.refuses | {"effort"}
    return [one for one in ("max_tokens", "temperature", "seed", "effort", "stop") if one not in refused]


def _check(spec: str, *, as_json: bool) -> None:
    from bench import config
    from bench.protocols import ModelContext
    from bench.registry import load_model
    from bench.types import Message, Params, Request, SampleKey

    model = load_model(spec, ModelContext(environ=config.environ(), concurrency=1, timeout_s=120.0))
    key = SampleKey("check", "check", model.name, 0)
    request = Request(key, (Message("user", _QUESTION),), Params(max_tokens=2048))
    completion = model.generate(request)
    shown = _shown(completion)
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        typer.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


def _shown(completion: Completion) -> dict[str, object]:
    """Normalised first, as it came last."""
    import msgspec

    built: dict[str, object] = msgspec.to_builtins(completion)
    raw = {name: built.pop(name) for name in ("raw_request", "raw_reply")}
    return built | raw
