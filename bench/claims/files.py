"""Claim files: TOML in, ``Claim`` out. Every error names the line and the way out."""

from __future__ import annotations

import difflib
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path
from typing import Any, NoReturn, get_args

import msgspec
import msgspec.inspect

from bench.assets import claims_dir
from bench.claims.claim import CLOCK_NAMES, METRICS, PAIRED, Claim, Reading, Relation, Sense
from bench.claims.toml import DATE_HINT, File, load
from bench.errors import UsageError
from bench.types import EFFORTS

_READING = ("relation", "threshold", "tolerance", "sense", "clock", "budget")
"""Keys that stand at the top of a file with one reading."""
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_AT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_CHOICES = {"relation": get_args(Relation), "sense": get_args(Sense), "about": ("alike", "these")}
_LARGEST = 1 << 20
"""Bytes of a claim file."""
_MOST = {"turns": 50, "epochs": 1000}
_SCHEMA_HINT = "docs/claims.md describes the fields of a claim file."


def paths() -> list[Path]:
    """This project's own claims, by name."""
    return sorted(claims_dir().glob("*.toml"))


def find(name: str | Path) -> Path:
    """A file, or one of this project's own claims by its name. Raises UsageError."""
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="Give one of the claim files in it.")
    own = {one.stem: one for one in paths()}
    if str(name) in own:
        return own[str(name)]
    close = difflib.get_close_matches(str(name), own, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    raise UsageError(f"no claim file {str(name)!r}", hint=f"{meant}`bench claim list` shows what there is.")


def read(path: Path) -> Claim:
    """A claim from its file. Raises UsageError naming the line."""
    hint = "Give a claim file in UTF-8."
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}", hint=hint) from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST >> 20} MiB: no claim is", hint=hint)
    data = data.removeprefix(BOM_UTF8)  # some editors of Windows write it
    try:
        return parse(data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{data[error.start]:02x} is no text in UTF-8"
        raise UsageError(f"{path}, line {line}: {what}", hint=hint) from error


def parse(text: str, path: Path) -> Claim:
    """A claim from the text of its file; ``path`` names it. Raises UsageError naming the line."""
    file = File(text.replace("\r\n", "\n"), path)
    table = load(file)
    if not table:
        file.fail_at(1, "no claim stands in this file", _SCHEMA_HINT)
    _spread(table, file)
    try:
        claim = msgspec.convert(table, Claim)
    except msgspec.ValidationError as error:
        _schema_error(str(error), file)
    claim = msgspec.structs.replace(claim, id=path.stem)
    _check(claim, file)
    return claim


def _spread(table: dict[str, Any], file: File) -> None:
    """One reading may stand at the top; each has the claim's metric unless it names its own."""
    own = [name for name in _READING if name in table]
    if "id" in table:
        file.fail(["id"], "unknown field `id`", "A claim is called as its file is: leave it out.")
    if "readings" in table and own:
        file.fail(own, f"`{own[0]}` stands beside [[readings]]", "Move it into each of the readings.")
    if "readings" not in table and not own and "not_testable" in table:
        table["readings"] = []  # what claims no number has none to be decided by
    if "readings" not in table:
        file.one_reading = True
        table["readings"] = [{name: table.pop(name) for name in own}]
    readings = table["readings"]
    if isinstance(readings, list):
        for one in readings:
            if isinstance(one, dict) and isinstance(table.get("metric"), str):
                one.setdefault("metric", table["metric"])


def _schema_error(error: str, file: File) -> NoReturn:
    found = _AT.fullmatch(error)
    what, path = (found["what"], found["path"] or "") if found else (error, "")
    where: list[str | int] = [
        int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path) if part != "..."
    ]
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    missing = re.fullmatch(r"Object missing required field `(.*)`", what)
    if unknown:
        known = _fields_at(where)
        close = difflib.get_close_matches(unknown[1], known, n=1)
        meant = f"Did you mean {close[0]!r}? " if close else ""
        file.fail([*where, unknown[1]], f"unknown field `{unknown[1]}`", f"{meant}{_SCHEMA_HINT}")
    if missing:
        table = ".".join(str(part) for part in where if isinstance(part, str))
        inside = f" in [{table}]" if table and not (file.one_reading and table == "readings") else ""
        file.fail(where, f"`{missing[1]}` is missing{inside}", f"Add it. {_SCHEMA_HINT}")
    shown = where[2:] if file.one_reading and where[:1] == ["readings"] else where
    name = f"`{'.'.join(str(part) for part in shown)}`: " if shown else ""
    choices = _CHOICES.get(str(where[-1]) if where else "")
    hint = f"It is one of: {', '.join(choices)}." if choices else _SCHEMA_HINT
    hint = DATE_HINT if where and where[-1] == "date" else hint
    what = what.replace(" | null`", "`").replace("`object`", "`table`")
    file.fail(where, f"{name}{what[:1].lower()}{what[1:]}", hint)


def _fields_at(where: Sequence[str | int]) -> list[str]:
    """Names that may stand in a table."""
    form: Any = Claim
    for part in where:
        if isinstance(part, str):
            known = msgspec.inspect.type_info(Claim)
            assert isinstance(known, msgspec.inspect.StructType)
            form = _struct_in({one.name: one.type for one in known.fields}.get(part))
    names = [one.name for one in msgspec.structs.fields(form)] if form else []
    return [*names, *_READING] if form is Claim else names


def _struct_in(info: Any) -> Any:
    """The record that a field holds, whether one of it, several, or perhaps none."""
    for inner in (info, getattr(info, "item_type", None), *getattr(info, "types", ())):
        if isinstance(inner, msgspec.inspect.StructType):
            return inner.cls
    return None


def _check(claim: Claim, file: File) -> None:
    """What the types do not say."""
    _check_filled(claim, [], ("title", "text", "source", "by"), file)
    _check_date(claim.date, ["date"], file)
    _check_parties(claim, file)
    _check_population(claim, file)
    if claim.not_testable is not None:
        _check_filled(claim.not_testable, ["not_testable"], ("reason", "needs"), file)
    if not claim.readings and claim.not_testable is None:
        file.fail(["readings"], "no reading", "Give relation and threshold, or [[readings]] with both.")
    names = [reading.name for reading in claim.readings]
    if len(names) > 1 and (len(set(names)) < len(names) or not all(names)):
        file.fail(["readings"], "several readings need a `name` each", "Name them: points, relative, ...")
    if claim.population is None and claim.not_testable is None:
        file.fail(
            [], "[population] is missing", "Name its suite, or say in [not_testable] why there is none."
        )
    _check_conditions(claim, file)
    for number, reading in enumerate(claim.readings):
        _check_reading(claim, reading, ["readings", number], file)
    _check_distribution(claim, file)


def _check_filled(record: object, where: Sequence[str], names: Sequence[str], file: File) -> None:
    for name in names:
        if not getattr(record, name).strip():
            hint = f"Say it. {_SCHEMA_HINT}" if where else "Say it: what has no source is no claim."
            file.fail([*where, name], f"`{name}` is empty", hint)


def _check_parties(claim: Claim, file: File) -> None:
    for party, model in (("subject", claim.subject), ("comparator", claim.comparator)):
        if model is None:
            continue
        if not (model.name.strip() and all(one.strip() for one in model.models)):
            file.fail([party], f"a name in [{party}] is empty", "Say which model it is.")
        if not model.models and "models" in file.given([party]):
            hint = f"Say what runs call {model.name!r}, with * and ?; or leave it out, and give --{party}."
            file.fail([party, "models"], "`models` is empty", hint)
    other = claim.comparator
    if other is None:
        return
    if other.name.strip().casefold() == claim.subject.name.strip().casefold():
        hint = "Say in their `name` what tells the two apart."
        file.fail(["comparator", "name"], f"{other.name!r} is compared with itself", hint)
    if claim.readings and not any(one.relation in PAIRED for one in claim.readings):
        hint = f"Leave [comparator] out, or say by how much the two differ: {' or '.join(PAIRED)}."
        file.fail(["comparator"], "no reading compares the subject with anything", hint)


def _check_population(claim: Claim, file: File) -> None:
    population = claim.population
    if population is None:
        return
    if not population.suite.strip():
        file.fail(["population", "suite"], "`suite` is empty", "`bench suites` lists names.")
    for name in ("only", "without"):
        ids = getattr(population, name)
        if not all(one.strip() for one in ids) or (not ids and name in file.given(["population"])):
            hint = "Give ids of problems, with * and ?; or leave it out."
            file.fail(["population", name], f"`{name}` names no problem", hint)


def _check_date(text: str, where: Sequence[str], file: File) -> None:
    found = _DATE.fullmatch(text)
    try:
        ok = found is not None and date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) is not None
    except ValueError:
        ok = False
    if not ok:
        file.fail(where, f"`date`: {text!r} is no date", DATE_HINT)
    if text > (datetime.now(UTC) + timedelta(days=1)).date().isoformat():
        file.fail(where, f"`date`: {text} is yet to come", "Give the day on which it was published.")


def _check_conditions(claim: Claim, file: File) -> None:
    conditions = claim.conditions
    if conditions.effort is not None and conditions.effort not in EFFORTS:
        hint = f"It is one of: {', '.join(EFFORTS)}."
        file.fail(["conditions", "effort"], f"unknown effort {conditions.effort!r}", hint)
    for name in ("turns", "epochs", "max_tokens", "context_tokens"):
        value = getattr(conditions, name)
        most = _MOST.get(name, 10**9)
        if value is not None and not 1 <= value <= most:
            hint = f"Give a number from 1 on, {most:,} at most."
            file.fail(
                ["conditions", name],
                f"`{name}`: {value} is {'less than 1' if value < 1 else 'too many'}",
                hint,
            )
    if conditions.temperature is not None and not 0 <= conditions.temperature < inf:
        what = f"`temperature`: {conditions.temperature:g} is none"
        file.fail(["conditions", "temperature"], what, "Give a number from 0 on.")


def _check_reading(claim: Claim, reading: Reading, where: list[str | int], file: File) -> None:
    pair = reading.relation in PAIRED
    metric = METRICS.get(reading.metric)
    at_metric = [*where, "metric"] if "metric" in file.given(where) else ["metric"]
    if metric is None and claim.not_testable is None:
        hint = f"There are: {', '.join(METRICS)}. For anything else say in [not_testable] what it would need."
        file.fail(at_metric, f"nothing here measures {reading.metric!r}", hint)
    if not pair and "sense" in file.given(where):
        hint = f"`{reading.relation}` has a direction of its own; `sense` is for difference and ratio."
        file.fail([*where, "sense"], "`sense` does not belong here", hint)
    if pair and claim.comparator is None:
        hint = "Say in [comparator] which model it is compared with."
        file.fail([*where, "relation"], f"a {reading.relation} needs a comparator", hint)
    for name in ("threshold", "tolerance"):
        if not isfinite(getattr(reading, name)):
            file.fail([*where, name], f"`{name}` is not a finite number", "Give the number that was claimed.")
    if (
        metric is not None
        and metric.unit == "share"
        and reading.relation != "ratio"
        and reading.tolerance >= 1
    ):
        hint = f"Shares go from 0 to 1: {reading.tolerance:g} points are {reading.tolerance / 100:g}."
        file.fail([*where, "tolerance"], f"`tolerance`: {reading.tolerance:g} is no share", hint)
    if reading.tolerance < 0:
        file.fail([*where, "tolerance"], "a tolerance is not negative", "Give how far off still counts.")
    if reading.direction == "approximately" and reading.tolerance == 0:
        hint = "Give a `tolerance` above 0: nothing is measured without error."
        file.fail([*where, "relation"], "approximately, but within how much?", hint)
    if reading.relation == "ratio" and reading.threshold <= 0:
        file.fail([*where, "threshold"], "a ratio is above 0", "1.8x is 1.8; 40 % less is 0.6 with sense <=.")
    if metric is not None:
        _check_metric(claim, reading, where, file)


def _check_metric(claim: Claim, reading: Reading, where: list[str | int], file: File) -> None:
    metric, share = METRICS[reading.metric], abs(reading.threshold)
    if reading.relation not in metric.pairs and (reading.relation in PAIRED or not metric.alone):
        may = [*((">=", "<=", "approximately") if metric.alone else ()), *metric.pairs]
        hint = f"It may be: {', '.join(may)}."
        file.fail([*where, "relation"], f"`{reading.relation}` is no relation for {reading.metric}", hint)
    alone = reading.relation not in PAIRED
    if metric.unit == "share" and alone and reading.threshold < 0:
        file.fail([*where, "threshold"], "a share is not negative", "Shares go from 0 to 1.")
    if metric.unit == "share" and reading.relation != "ratio" and share > 1:
        hint = f"Shares go from 0 to 1: {share:g} % is {share / 100:g}."
        file.fail([*where, "threshold"], f"`threshold`: {reading.threshold:g} is no share", hint)
    if reading.metric == "speed" and reading.clock not in CLOCK_NAMES:
        hint = f"Say with `clock` which: {', '.join(CLOCK_NAMES)}. They are never mixed."
        file.fail([*where, "clock"], f"no clock is called {reading.clock!r}", hint)
    for name in ("clock", "budget"):
        if reading.metric != "speed" and getattr(reading, name):
            hint = "Only the metric `speed` has one."
            file.fail([*where, name], f"{reading.metric} has no {name}", hint)
    if reading.budget is not None and not 0 < reading.budget < inf:
        what = f"`budget`: {reading.budget:g} is no finite number above 0"
        file.fail([*where, "budget"], what, "Say up to where the clock is looked at.")
    if reading.metric == "percentile" and claim.distribution is None:
        hint = "Add [distribution]: a dated snapshot of people's ratings, with its source."
        file.fail(["metric"], "a percentile of whom?", hint)


def _check_distribution(claim: Claim, file: File) -> None:
    if claim.distribution is None:
        return
    where = ["distribution", "points"]
    _check_filled(claim.distribution, ["distribution"], ("source",), file)
    _check_date(claim.distribution.date, ["distribution", "date"], file)
    published = claim.distribution.published_rating
    if published is not None and not isfinite(published):
        hint = "Give the rating that was published, or leave it out."
        file.fail(["distribution", "published_rating"], "`published_rating` is not a finite number", hint)
    points = claim.distribution.points
    finite = all(isfinite(rating) for rating, _ in points)
    rising = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(points))
    if len(points) < 2 or not (finite and rising) or points[0][1] < 0 or points[-1][1] > 1:
        hint = "Two or more pairs [rating, share below], both rising: [[1900, 0.94], [2400, 0.992]]."
        file.fail(where, "`points` is no distribution", hint)
