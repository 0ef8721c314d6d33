"""Who answers under a model's name, and whether that is still the same; names are compared literally."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple

from bench.types import Json, SampleKey


class Who(NamedTuple):
    """Who answered, as the reply says; ``provider`` is the upstream where requests are passed on."""

    served_model: str = ""
    provider: str = ""

    @property
    def named(self) -> bool:
        """Whether the reply named its model: one that does not is not another model's."""
        return bool(self.served_model)

    def __str__(self) -> str:
        return f"{self.served_model} ({self.provider})" if self.provider else self.served_model


class Answering:
    """Watches a run for drift. Safe to use from several threads."""

    def __init__(self, known: Mapping[str, frozenset[Who]]) -> None:
        """``known`` by model: who answered in earlier sessions."""
        self._known = dict(known)
        self._mutex = threading.Lock()

    def noted(self, key: SampleKey, who: Who) -> Mapping[str, Json] | None:
        """The event to write down when this model's name was answered under by others until now."""
        if not who.named:
            return None
        with self._mutex:
            before = self._known.get(key.model, frozenset())
            self._known[key.model] = before | {who}
        if not before or who in before:
            return None
        return {
            "event": "model_drift",
            "model": key.model,
            "sample": str(key),
            "before": [str(one) for one in sorted(before)],
            "now": str(who),
        }
