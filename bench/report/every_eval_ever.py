"""Leaderboard rows as records of Every Eval Ever, the schema for results that the EvalEval coalition keeps.

Schema 0.2.1 (github.com/evaleval/every_eval_ever, eval.schema.json): one record a model, suite and run, in
``data/SUITE/DEVELOPER/MODEL/UUID.json``. What it has no field for goes to its free ``details``, as texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bench.journal import write_atomically, writing
from bench.models.openness import is_run_here
from bench.report.formats import csv_cell
from bench.report.row import Row
from bench.types import Json

SCHEMA = "0.2.1"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100
"""Characters of a folder's name."""


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
    written = []
    for row in rows:
        if row.pass_at_1 is None:
            continue
        record = record_of(row, locks[row.run], began=began.get(row.run, ""), organization=organization)
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        developer, model = _named(row)
        path = folder / "data" / _safe(row.suite) / _safe(developer) / _safe(model)
        path /= f"{uuid5(NAMESPACE_URL, text)}.json"
        with writing(path, hint="Give a folder that can be written to."):
            write_atomically(path, text.encode())
        written.append(path)
    return written


def record_of(row: Row, lock: Mapping[str, Any], *, began: str, organization: str) -> dict[str, Json]:
    """A record; its times are the run's, so that it can be made again."""
    seconds = f"{datetime.fromisoformat(began).timestamp():.3f}" if began else "0"
    developer, name = _named(row)
    model: dict[str, Json] = {"name": name, "id": f"{developer}/{name}", "developer": developer}
    engine = row.model.partition("/")[0]
    if is_run_here(row.model):
        model["inference_engine"] = {"name": engine, "version": row.provider or "unknown"}
    else:
        model["inference_platform"] = row.provider or engine
    record: dict[str, Json] = {
        "schema_version": SCHEMA,
        "evaluation_id": f"{row.suite}/{developer}/{name}/{seconds}",
        "retrieved_timestamp": seconds,
        "source_metadata": {
            "source_name": "evenbench",
            "source_type": "evaluation_run",
            "source_organization_name": organization,
            "evaluator_relationship": "other",
            "additional_details": {"run": row.run, "evidence": row.evidence},
        },
        "eval_library": {"name": "evenbench", "version": row.bench_version},
        "model_info": model,
        "evaluation_results": [_result(row, lock)],
    }
    return record | ({"evaluation_timestamp": began} if began else {})


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
    """Who made the model, as far as its name says, and what it is called; no address of a server."""
    provider, slash, rest = row.model.partition("/")
    name = (rest if slash else provider).partition("@")[0]
    developer, slash, model = name.partition("/")
    return (developer, model) if slash and model else (provider, name)


def _safe(name: str) -> str:
    """A name that stays in its folder."""
    return _UNSAFE.sub("_", name).strip("._")[:_LONGEST] or "unnamed"
