"""Records of Every Eval Ever: what its schema and its validator ask for, and nothing that a name could do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eee_schema import faults
from test_formats import row

from bench.report import every_eval_ever
from bench.report.row import Row

BEGAN = "2026-01-02T03:04:05+00:00"
LOCK: dict[str, Any] = {
    "params": {"temperature": 0.0, "max_tokens": 100, "seed": 7, "effort": None},
    "sandbox": {"engine": "docker"},
}


def records(folder: Path, *rows: Row, began: str = BEGAN) -> list[tuple[Path, dict[str, Any]]]:
    paths = every_eval_ever.write(rows, folder, locks={"r": LOCK}, began={"r": began}, organization="us")
    return [(path, json.loads(path.read_text())) for path in paths]


ROWS = {
    "asked": row(),
    "run here": row(model="llamacpp/Org/Name", provider="llamacpp 0.9"),
    "given": row(model="replay//srv/somebody/results/samples.jsonl", evidence="given"),
    "reference": row(model="reference", evidence="given"),
    "passed on": row(model="openrouter/anthropic/claude-sonnet-4.5@google", provider="Google"),
    "in turns": row(turns=3, solved_by_turn="0.3;0.6;0.7"),
    "all wrong": row(pass_at_1=0.0, ci_low=0.0, ci_high=0.7),
    "all right": row(pass_at_1=1, ci_low=0.3, ci_high=1),
}


@pytest.mark.parametrize("one", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("lock", [LOCK, {"params": {"temperature": None}}, {}], ids=["all", "some", "none"])
def test_it_fits_the_schema(tmp_path: Path, one: Row, lock: dict[str, Any]) -> None:
    (path,) = every_eval_ever.write([one], tmp_path, locks={"r": lock}, began={"r": BEGAN}, organization="us")
    record = json.loads(path.read_text())
    assert list(faults(record)) == []
    (result,) = record["evaluation_results"]
    metric, score = result["metric_config"], result["score_details"]
    assert metric["min_score"] <= score["score"] <= metric["max_score"]
    assert "somebody" not in record["evaluation_id"] + record["model_info"]["id"] + path.as_posix()


def spoil_no_id(record: dict[str, Any]) -> None:
    del record["model_info"]["id"]


def spoil_enum(record: dict[str, Any]) -> None:
    record["source_metadata"]["evaluator_relationship"] = "self"


def spoil_source(record: dict[str, Any]) -> None:
    record["evaluation_results"][0]["source_data"]["source_type"] = "url"


def spoil_text(record: dict[str, Any]) -> None:
    record["evaluation_results"][0]["score_details"]["details"]["problems"] = 3


def spoil_number(record: dict[str, Any]) -> None:
    record["evaluation_results"][0]["score_details"]["score"] = True


def spoil_whole(record: dict[str, Any]) -> None:
    record["evaluation_results"][0]["generation_config"]["generation_args"]["max_tokens"] = 1.5


def spoil_field(record: dict[str, Any]) -> None:
    record["evaluation_results"][0]["generation_config"]["generation_args"]["seed"] = 7


SPOILT: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (spoil_no_id, "record.model_info.id: is missing"),
    (spoil_enum, "record.source_metadata.evaluator_relationship: 'self' is not of"),
    (spoil_source, "record.evaluation_results[0].source_data"),
    (spoil_text, "record.evaluation_results[0].score_details.details.problems: 3 is not of"),
    (spoil_number, "record.evaluation_results[0].score_details.score: True is not of"),
    (spoil_whole, "record.evaluation_results[0].generation_config.generation_args.max_tokens: 1.5 is not of"),
    (spoil_field, "record.evaluation_results[0].generation_config.generation_args.seed: is no field"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT, ids=lambda one: getattr(one, "__name__", None))
def test_what_does_not_fit_the_schema_is_seen(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    ((_, record),) = records(tmp_path, row())
    spoil(record)
    (fault,) = faults(record)
    assert fault.startswith(said)


def test_it_has_what_the_schema_requires(tmp_path: Path) -> None:
    ((path, record),) = records(tmp_path, row())
    assert path.parent == tmp_path / "data" / "toy" / "vendor" / "m"
    assert set(record) == {
        "schema_version", "evaluation_id", "retrieved_timestamp", "evaluation_timestamp", "source_metadata",
        "model_info", "eval_library", "evaluation_results",
    }  # fmt: skip
    assert record["schema_version"] == "0.2.2"
    assert record["evaluation_id"] == "toy/vendor/m/1767323045.000"
    assert record["source_metadata"]["source_type"] == "evaluation_run"
    assert record["source_metadata"]["source_organization_name"] == "us"
    assert record["model_info"] == {
        "name": "m", "id": "vendor/m", "developer": "vendor", "inference_platform": "vendor",
        "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
    }  # fmt: skip
    (result,) = record["evaluation_results"]
    assert {"evaluation_name", "source_data", "metric_config", "score_details"} <= set(result)
    score = result["score_details"]
    assert score["score"] == pytest.approx(2 / 3, abs=1e-6)
    assert score["uncertainty"]["confidence_interval"] == {
        "lower": 0.2, "upper": 0.9, "confidence_level": 0.95, "method": "wilson",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in score["details"].values())
    assert "cost_lost_usd" not in score["details"]
    assert result["generation_config"]["generation_args"] == {
        "temperature": 0.0, "max_tokens": 100, "prompt_template": "chat@1", "max_attempts": 1,
        "sandbox": {"type": "docker"},
    }  # fmt: skip


def test_what_nobody_measured_is_no_score_of_zero(tmp_path: Path) -> None:
    assert records(tmp_path, row(pass_at_1=None)) == []
    assert list(tmp_path.iterdir()) == []


def test_answers_that_were_given_were_asked_with_nothing(tmp_path: Path) -> None:
    ((_, record),) = records(tmp_path, row(evidence="given"))
    assert "temperature" not in record["evaluation_results"][0]["generation_config"]["generation_args"]
    assert record["source_metadata"]["additional_details"]["evidence"] == "given"


def test_a_model_that_is_run_here_names_its_engine(tmp_path: Path) -> None:
    ((path, record),) = records(tmp_path, row(model="vllm/Org/Name@http://10.0.0.1:80/v1", provider="vllm"))
    assert record["model_info"]["inference_engine"] == {"name": "vllm"}
    assert (record["model_info"]["id"], path.parts[-3:-1]) == ("Org/Name", ("Org", "Name"))
    assert "10.0.0.1" not in record["evaluation_id"]
    ((_, record),) = records(tmp_path, ROWS["run here"])
    assert record["model_info"]["inference_engine"] == {"name": "llamacpp", "version": "0.9"}


@pytest.mark.parametrize(
    ("model", "deployment", "weights"),
    [
        ("anthropic/claude-opus-4-5", "externally_managed", "closed_weights"),
        ("deepseek/deepseek-chat", "externally_managed", "open_weights"),
        ("ollama/own:7b", "self_deployed", "open_weights"),
        ("openai-compatible/own@http://10.0.0.1/v1", "unknown", "unknown"),
        ("reference", "unknown", "unknown"),
    ],
)
def test_it_says_who_ran_the_model_and_whose_weights_are_open(
    tmp_path: Path, model: str, deployment: str, weights: str
) -> None:
    ((_, record),) = records(tmp_path, row(model=model))
    assert record["model_info"]["additional_details"] == {
        "deployment_type": deployment, "model_availability": weights,
    }  # fmt: skip


HOSTILE = [
    "../../etc/x", "/", "..", "a/../../b", "\x1b[31mred/\u202e", "m\udcff", "x" * 5000, "x" * 99 + ".y",
    "data/data", "con/NUL.txt", "COM1", "a:b|c?/d*",
]  # fmt: skip
NAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.json")


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """Nor does one make a path that the collection refuses: names of devices, dots at the end, ``data``."""
    folder = tmp_path / "out"
    ((path, _),) = records(folder, row(model=name, suite=name))
    assert path.resolve().is_relative_to(folder.resolve() / "data")
    *folders, file = path.relative_to(folder).parts[1:]
    assert len(folders) == 3
    assert NAME.fullmatch(file)
    for one in folders:
        assert re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]", one)
        assert one.partition(".")[0].upper() not in {"DATA", "CON", "NUL", "COM1"}


def test_the_folder_is_that_of_the_models_id(tmp_path: Path) -> None:
    """Its validator warns where they differ: who looks a model up by its name would not find the record."""
    for model in ("ollama/qwen2.5-coder:7b", "openrouter/z-ai/glm-4.5-air:free", "hf/Org/Name", "xai/grok-4"):
        ((path, record),) = records(tmp_path, row(model=model))
        developer, name = record["model_info"]["id"].split("/")
        assert path.parts[-3:-1] == (developer, name.replace(":", "_"))


def test_rows_of_one_name_are_records_of_their_own(tmp_path: Path) -> None:
    """Several models answered under a name, or several servers have a model: a record each, no two alike."""
    drifted = [row(served_model=served, drift="another") for served in ("m-1", "m-2")]
    servers = [row(model=f"vllm/Org/Name@http://10.0.0.{at}/v1") for at in (1, 2)]
    of_rows = records(tmp_path, *drifted, *servers)
    assert len({path for path, _ in of_rows}) == len({one["evaluation_id"] for _, one in of_rows}) == 4


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (records(tmp_path / name, row(), row(model="vendor/n")) for name in ("a", "b"))
    assert [path.name for path, _ in one] == [path.name for path, _ in other]
    ((_, undated),) = records(tmp_path / "c", row(), began="")
    assert (undated["retrieved_timestamp"], "evaluation_timestamp" in undated) == ("0", False)
    assert undated["evaluation_id"] == "toy/vendor/m/r"
