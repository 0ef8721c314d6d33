"""Leaderboard rows as records of Every Eval Ever, the schema for results that the EvalEval coalition keeps.

Schema 0.2.2 (github.com/evaleval/every_eval_ever, eval.schema.json): one record a model, suite and run, in
``data/SUITE/DEVELOPER/MODEL/UUID.json``. What it has no field for goes to its free ``details``, as texts. The
validator of the collection asks for more than the schema: UUIDs of version 4, names that are folders on every
system, who ran the model, and whether its weights are open.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.journal import write_atomically, writing
from bench.models.openness import CLOSED, OPEN, is_run_here, weights_of
from bench.models.vendors import VENDORS
from bench.report.formats import csv_cell
from bench.report.row import Row
from bench.types import Json

SCHEMA = "0.2.2"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100
"""Characters of a folder's name."""
_RESERVED = re.compile(r"(data|con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)", re.IGNORECASE)
"""What no folder may be called: some of these are devices on Windows."""
_WEIGHTS = {OPEN: "open_weights", CLOSED: "closed_weights", "": "unknown"}


def write(
    rows: Sequence[Row],
    folder: Path,
    *,
    locks: Mapping[str, Mapping[str, Any]],
    began: Mapping[str, str],
    organization: str,
) -> list[Path]:
    """Write the records of these rows below a folder, and say where; the same bytes for the same runs.

    ``locks`` and ``began`` (ISO 8601, "" where none says when) by a run's name. A row without a score has no
    record. Raises UsageError where it cannot be written.
    """
    written, ids = [], Counter[str]()
    for row in rows:
        if row.pass_at_1 is None:
            continue
        record = record_of(row, locks[row.run], began=began.get(row.run, ""), organization=organization)
        name = str(record["evaluation_id"])
        ids[name] += 1
        if ids[name] > 1:  # a model that answered as several, or from several servers
            record["evaluation_id"] = f"{name}#{ids[name]}"
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        developer, model = _named(row)
        path = folder / "data" / _safe(row.suite) / _safe(developer) / _safe(model)
        path /= f"{_uuid_of(text)}.json"
        with writing(path, hint="Give a folder that can be written to."):
            write_atomically(path, text.encode())
        written.append(path)
    return written


def record_of(row: Row, lock: Mapping[str, Any], *, began: str, organization: str) -> dict[str, Json]:
    """A record; its times are the run's, so that it can be made again."""
    seconds = f"{datetime.fromisoformat(began).timestamp():.3f}" if began else "0"
    developer, name = _named(row)
    record: dict[str, Json] = {
        "schema_version": SCHEMA,
        "evaluation_id": f"{row.suite}/{developer}/{name}/{seconds if began else row.run}",
        "retrieved_timestamp": seconds,
        "source_metadata": {
            "source_name": "evenbench",
            "source_type": "evaluation_run",
            "source_organization_name": organization,
            "evaluator_relationship": "other",
            "additional_details": {"run": row.run, "evidence": row.evidence},
        },
        "eval_library": {"name": "evenbench", "version": row.bench_version},
        "model_info": _model(row),
        "evaluation_results": [_result(row, lock)],
    }
    return record | ({"evaluation_timestamp": began} if began else {})


def _model(row: Row) -> dict[str, Json]:
    developer, name = _named(row)
    provider = row.model.partition("/")[0]
    model: dict[str, Json] = {"name": name, "id": f"{developer}/{name}", "developer": developer}
    model["additional_details"] = {
        "deployment_type": _deployment(row.model),
        "model_availability": _WEIGHTS[weights_of(row.model)],
    }
    if is_run_here(row.model):  # its provider is like ``llamacpp 0.9``, or says no version
        engine, _, version = (row.provider or provider).partition(" ")
        model["inference_engine"] = {"name": engine, **({"version": version} if version else {})}
    elif row.evidence != "given":
        model["inference_platform"] = row.provider or provider
    return model


def _deployment(model: str) -> str:
    """Who had the model in hand, as far as its name says."""
    if is_run_here(model):
        return "self_deployed"
    vendor = VENDORS.get(model.partition("/")[0])
    return "unknown" if vendor is None or vendor.own_server else "externally_managed"


def _result(row: Row, lock: Mapping[str, Any]) -> dict[str, Json]:
    cells = row.cells()
    return {
        "evaluation_name": row.suite,
        "source_data": {
            "dataset_name": row.suite,
            "source_type": "other",
            "additional_details": _texts(
                cells, ("suite_version", "data_sha256", "problems", "problems_total")
            ),
        },
        "metric_config": {
            "evaluation_description": "pass@1: share of samples that pass every check, mean over problems",
            "metric_id": "pass_at_k",
            "metric_name": "pass@1",
            "metric_kind": "pass_rate",
            "metric_unit": "proportion",
            "metric_parameters": {"k": 1},
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0,
            "max_score": 1,
        },
        "score_details": {
            "score": round(row.pass_at_1 or 0.0, 6),
            "details": _texts(cells, cells),
            "uncertainty": {
                "confidence_interval": {
                    "lower": round(row.ci_low, 6),
                    "upper": round(row.ci_high, 6),
                    "confidence_level": 0.95,
                    "method": row.ci_method,
                },
                "num_samples": row.samples_scored,
            },
        },
        "generation_config": {"generation_args": _arguments(row, lock)},
    }


def _arguments(row: Row, lock: Mapping[str, Any]) -> dict[str, Json]:
    """What was asked for; what a model was asked with in its own words is in the details."""
    asked = {} if row.evidence == "given" else lock.get("params") or {}
    found: dict[str, Json] = {
        name: asked[name] for name in ("temperature", "max_tokens") if asked.get(name) is not None
    }
    engine = (lock.get("sandbox") or {}).get("engine")
    return found | {
        "prompt_template": row.prompt,
        "max_attempts": row.turns,
        **({"sandbox": {"type": str(engine)}} if engine else {}),
    }


def _texts(cells: Mapping[str, Any], names: Any) -> dict[str, Json]:
    """Those that are known, as they stand in the CSV."""
    return {name: text for name in names if (text := csv_cell(cells[name], ".6f"))}


def _named(row: Row) -> tuple[str, str]:
    """Who made the model, as far as its name says, and what it is called; no address of a server, no path."""
    provider, slash, rest = row.model.partition("/")
    name = (rest if slash else provider).partition("@")[0]
    developer, slash, model = name.partition("/")
    is_path = row.evidence == "given" or developer in ("", ".", "..", "~")
    if slash and model and not is_path:
        return developer, model
    return provider, name.rpartition("/")[2] or name


def _safe(name: str) -> str:
    """A name that stays in its folder, and is one on every system."""
    safe = _UNSAFE.sub("_", name).strip("._")[:_LONGEST].rstrip("._") or "unnamed"
    return f"_{safe}" if _RESERVED.match(safe) else safe


def _uuid_of(text: str) -> UUID:
    """The same for the same text, in the form of a random one: no other is taken."""
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4)
