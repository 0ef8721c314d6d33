"""What there is to ask: each adapter, its spelling, what its models take and how that is sent. Asks none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.errors import PluginError
from bench.models.capabilities import RULES
from bench.models.params import Rule, wire
from bench.models.vendors import Vendor
from bench.registry import MODELS, load, model_names
from bench.types import EFFORTS, Json, Mode, Params

ASKED = ("max_tokens", "temperature", "seed", "effort", "stop")
_SOME = Params(max_tokens=1, temperature=0.5, seed=1, stop=("x",))


@dataclass(frozen=True, slots=True)
class Kind:
    """What models whose names fit a pattern take; an empty pattern fits those that no other one does."""

    models: str
    takes: tuple[str, ...]
    drops: tuple[str, ...]
    drops_thinking: tuple[str, ...]
    """Taken only while the model does not think."""
    effort: Mapping[str, Mapping[str, Json]]
    """For each level that can be asked for, what is sent; empty where the effort is dropped."""
    unasked: Mapping[str, Json]
    """Sent where nothing was asked for."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """``keys`` are the names of variables, each with whether it is set. Their values are in no field."""

    name: str
    spelling: str
    about: str
    keys: Mapping[str, bool]
    needs_key: bool
    batch: bool
    kinds: tuple[Kind, ...]


def adapters(environ: Mapping[str, str]) -> list[Adapter]:
    """All that are installed, by name; a plug-in that does not load says why."""
    return [_adapter(name, environ) for name in model_names()]


def _adapter(name: str, environ: Mapping[str, str]) -> Adapter:
    try:
        plugin = load(MODELS, name)
    except PluginError as error:
        return Adapter(name, name, f"broken: {error.message}", {}, False, False, ())
    vendor = plugin if isinstance(plugin, Vendor) else None
    described = str(getattr(plugin, "about", "") or plugin.__doc__ or "no description").strip()
    variables = (vendor.key_variable, vendor.other_key_variable) if vendor else ()
    return Adapter(
        name,
        _spelling(vendor) if vendor else name,
        described.split("\n")[0].replace("``", ""),
        {variable: bool(environ.get(variable, "").strip()) for variable in variables if variable},
        bool(vendor and vendor.needs_key),
        bool(vendor and vendor.batches),
        tuple(_kind(rule, vendor) for rule in RULES if rule.provider == name),
    )


def _spelling(vendor: Vendor) -> str:
    if vendor.router:
        return f"{vendor.name}/ORG/NAME[@UPSTREAM]"
    if vendor.own_server:
        return f"{vendor.name}/NAME[@URL]" if vendor.url else f"{vendor.name}/NAME@URL"
    return f"{vendor.name}/NAME"


def _kind(rule: Rule, vendor: Vendor | None) -> Kind:
    if vendor is not None:
        rule = vendor.format.rule(rule, Mode.CHAT)
    effort = {level: _sent(rule, level) for level in EFFORTS}
    # What is dropped whatever the effort; and what only the thinking model does not take.
    asked = [_SOME, *(replace(_SOME, effort=level) for level in EFFORTS)]
    dropped = [set(wire(rule, params).dropped) for params in asked]
    drops = set.intersection(*dropped) | (set() if any(effort.values()) else {"effort"})
    return Kind(
        rule.pattern,
        takes=tuple(name for name in ASKED if name not in drops),
        drops=tuple(name for name in ASKED if name in drops),
        drops_thinking=tuple(name for name in ASKED if name in set.union(*dropped) - drops),
        effort=effort if any(effort.values()) else {},
        unasked=wire(rule, Params()).sent,
    )


def _sent(rule: Rule, level: str) -> dict[str, Json]:
    attempt = wire(rule, Params(effort=level))
    return {name: attempt.sent[name] for name in attempt.effort}
