"""What a record of Every Eval Ever may hold: fields of its schema (0.2.2) that we may write, and their types.

Written down from ``eval.schema.json`` in a form of our own. ``!`` marks what must be there, a set the texts
that are allowed, ``*`` any name, a list what each item is, a tuple what may stand there instead. The schema
lets unknown fields pass in most places, and this does not: they would be misspelt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TEXTS = {"*": str}
RECORD: dict[str, Any] = {
    "schema_version!": {"0.2.2"},
    "evaluation_id!": str,
    "evaluation_timestamp": str,
    "retrieved_timestamp!": str,
    "source_metadata!": {
        "source_name": str,
        "source_type!": {"documentation", "evaluation_run"},
        "source_organization_name!": str,
        "source_organization_url": str,
        "evaluator_relationship!": {"first_party", "third_party", "collaborative", "other"},
        "additional_details": TEXTS,
    },
    "eval_library!": {"name!": str, "version!": str, "additional_details": TEXTS},
    "model_info!": {
        "name!": str,
        "id!": str,
        "developer": str,
        "inference_platform": str,
        "inference_engine": {"name": str, "version": str},
        # Which two the validator asks for, and their values, stand in no schema.
        "additional_details!": {
            "deployment_type!": {"self_deployed", "externally_managed", "unknown"},
            "model_availability!": {"open_weights", "closed_weights", "unknown"},
        },
    },
    "evaluation_results!": [
        {
            "evaluation_result_id": str,
            "evaluation_name!": str,
            "evaluation_timestamp": str,
            "source_data!": (
                {"dataset_name!": str, "source_type!": {"url"}, "url!": [str], "additional_details": TEXTS},
                {"dataset_name!": str, "source_type!": {"other"}, "additional_details": TEXTS},
                {
                    "dataset_name!": str, "source_type!": {"hf_dataset"}, "hf_repo": str, "hf_split": str,
                    "samples_number": int, "sample_ids": [str], "additional_details": TEXTS,
                },
            ),
            "metric_config!": {
                "evaluation_description": str,
                "metric_id": str,
                "metric_name": str,
                "metric_kind": str,
                "metric_unit": str,
                "metric_parameters": {"*": (str, float, bool, None)},
                "lower_is_better!": bool,
                "score_type": {"continuous"},
                "min_score!": float,  # for what is continuous
                "max_score!": float,
                "additional_details": TEXTS,
            },
            "score_details!": {
                "score!": float,
                "details": TEXTS,
                "uncertainty": {
                    "standard_error": {"value!": float, "method": str},
                    "confidence_interval": {
                        "lower!": float, "upper!": float, "confidence_level": float, "method": str,
                    },
                    "standard_deviation": float,
                    "num_samples": int,
                    "num_bootstrap_samples": int,
                },
            },
            "generation_config": {
                "generation_args": {
                    "temperature": (None, float),
                    "top_p": (None, float),
                    "top_k": (None, float),
                    "max_tokens": int,
                    "execution_command": str,
                    "reasoning": bool,
                    "prompt_template": str,
                    "eval_limits": {"time_limit": int, "message_limit": int, "token_limit": int},
                    "sandbox": {"type": str, "config": str},
                    "max_attempts": int,
                    "incorrect_attempt_feedback": str,
                },
                "additional_details": TEXTS,
            },
        }
    ],
}  # fmt: skip


def faults(value: Any, rule: Any = RECORD, place: str = "record") -> Iterator[str]:
    """What of a record is otherwise, by place; nothing where it fits."""
    if isinstance(rule, tuple):
        found = [list(faults(value, one, place)) for one in rule]
        yield from min(found, key=len)
    elif isinstance(rule, dict) and isinstance(value, dict):
        yield from _faults_of_fields(value, rule, place)
    elif isinstance(rule, list) and isinstance(value, list):
        for at, item in enumerate(value):
            yield from faults(item, rule[0], f"{place}[{at}]")
    elif not _fits(value, rule):
        yield f"{place}: {value!r} is not of {rule}"


def _faults_of_fields(value: dict[str, Any], rule: dict[str, Any], place: str) -> Iterator[str]:
    rules = {name.removesuffix("!"): one for name, one in rule.items()}
    yield from (
        f"{place}.{name[:-1]}: is missing" for name in rule if name.endswith("!") and name[:-1] not in value
    )
    for name, one in value.items():
        if name in rules or "*" in rules:
            yield from faults(one, rules.get(name, rules.get("*")), f"{place}.{name}")
        else:
            yield f"{place}.{name}: is no field"


def _fits(value: Any, rule: Any) -> bool:
    if isinstance(rule, set):
        return isinstance(value, str) and value in rule
    if rule is None:
        return value is None
    if rule in (int, float):  # a boolean is no number
        return isinstance(value, int if rule is int else (int, float)) and not isinstance(value, bool)
    return isinstance(rule, type) and isinstance(value, rule)
