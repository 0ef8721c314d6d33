"""Weights as Hugging Face's transformers loads them, inside this process (extra ``transformers``).

Greedy unless a temperature is asked for, whatever the model's own generation settings say. Requests of
several threads are written in one padded call, as many as the run has calls in flight. Each keeps its own
temperature, seed, limit and stops; but the shape of a call changes the rounding, and a model may then write
other tokens. With one call in flight the same question gives the same answer.

Code that comes with a model is never run. A hub's commit is looked up once, when the model is made, and
everything is loaded at that commit.
"""

from __future__ import annotations

import importlib
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.errors import DataError, Fault, ProviderError, UsageError
from bench.models.capabilities import rule_for
from bench.models.gathering import Gatherer
from bench.models.hf_loaded import Loaded, Row, Source, first_line, load
from bench.models.http import required_name
from bench.models.params import wire
from bench.protocols import ModelContext, Pacing
from bench.types import Completion, Form, Json, Mode, Request, Timing, Usage


def make(name: str, context: ModelContext, /) -> HuggingFace:
    """``hf/ORG/NAME``, ``hf/ORG/NAME@REVISION``, ``hf/FOLDER``, or one of these with ``/FILE.gguf``.

    Raises UsageError (no such folder, missing extra) and DataError (the hub does not have it).
    """
    required_name(name, "hf")
    libraries = _libraries()
    source = source_of(name, context)
    try:
        source = _pinned(source)
        libraries.transformers.AutoConfig.from_pretrained(**source.options())
    except (OSError, ValueError, ImportError) as error:
        at_hub = "HF_ENDPOINT names a mirror, HF_TOKEN opens gated models; or give a folder: hf/FOLDER."
        hint = "" if Path(source.place).exists() else at_hub
        raise DataError(f"hf/{name}: {first_line(error)}", hint=hint) from error
    return HuggingFace(name, source=source, libraries=libraries, context=context)


def source_of(name: str, context: ModelContext) -> Source:
    """The source that a name stands for. Raises UsageError for a path where nothing is."""
    path, revision = Path(name).expanduser(), ""
    if not path.exists():
        if name[0] in "./~":
            raise UsageError(f"hf/{name}: there is no such folder", hint="Write hf/FOLDER or hf/ORG/NAME.")
        name, _, revision = name.partition("@")
    local = path.exists()
    place, gguf = str(path) if local else name, ""
    if place.lower().endswith(".gguf"):
        place, _, gguf = place.rpartition("/")
    return Source(
        place or ".",
        gguf,
        revision,
        token="" if local else context.environ.get("HF_TOKEN", "").strip(),
        offline=local or context.environ.get("BENCH_OFFLINE") == "1",
    )


def _pinned(source: Source) -> Source:
    """The source at the commit that its revision stands for now."""
    if Path(source.place).exists():
        return source
    file = source.gguf or "config.json"
    path = importlib.import_module("huggingface_hub").hf_hub_download(
        source.place,
        file,
        revision=source.revision or None,
        token=source.token or None,
        local_files_only=source.offline,
    )
    commit = Path(path).parents[file.count("/")].name
    return replace(source, revision=commit)


@dataclass(frozen=True, slots=True)
class Written:
    """The tokens of an answer, the end mark included; ``began`` is a time of ``time.perf_counter``."""

    tokens: tuple[int, ...]
    began: float
    total_s: float


class HuggingFace:
    """One model of transformers'. It is loaded with the first request."""

    def __init__(self, name: str, *, source: Source, libraries: Any, context: ModelContext) -> None:
        self.name = f"hf/{name}"
        self.pacing = Pacing(start=context.concurrency, most=context.concurrency, measured=False)
        self._model_name = name
        self._source = source
        self._libraries = libraries
        self._loading = threading.Lock()
        self._loaded: Loaded | None = None
        self._gatherer: Gatherer[Row, Written] = Gatherer(self._written, size=context.concurrency)

    def generate(self, request: Request, /) -> Completion:
        """One answer. Raises ProviderError for a prompt that cannot be put, and when memory does not do."""
        loaded = self._load()
        asked_for = wire(rule_for("hf", self._model_name), request.params)
        sent, prompt = dict(asked_for.sent), loaded.prompt(request)
        row = loaded.row(prompt, sent, chat=request.mode is Mode.CHAT)
        sent["max_tokens"] = row.limit
        asked_at, asked = datetime.now(UTC).isoformat(timespec="milliseconds"), time.perf_counter()
        written = self._gatherer.ask(row)
        text, stop = loaded.read(row, written.tokens)
        return Completion(
            text,
            form=Form.REPLY if request.mode is Mode.CHAT else Form.CONTINUATION,
            stop=stop,
            usage=Usage(input_total=len(row.tokens), output_total=len(written.tokens)),
            cost_microusd=0,
            served_model=loaded.label,
            provider=loaded.made_by,
            sent=sent,
            dropped=asked_for.dropped,
            raw_request=json.dumps({"model": loaded.label, "prompt": prompt, **sent}),
            raw_reply=json.dumps({"text": loaded.tokenizer.decode(written.tokens), "tokens": written.tokens}),
            timing=Timing(asked_at=asked_at, queue_s=written.began - asked, total_s=written.total_s),
        )

    def identity(self, _request: Request, /) -> Mapping[str, Json]:
        """The commit, or what is seen of a folder without reading it; and what computes the answer."""
        place = Path(self._source.place)
        files = [(str(path.relative_to(place)), path.stat()) for path in sorted(place.rglob("*"))]
        return {
            "gguf": self._source.gguf,
            "revision": self._source.revision,
            "files": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in files],
            "torch": str(self._libraries.torch.__version__),
            "transformers": str(self._libraries.transformers.__version__),
            "cuda": self._libraries.torch.cuda.is_available(),
        }

    def _load(self) -> Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = load(self.name, self._source, self._libraries)
            return self._loaded

    def _written(self, rows: Sequence[Row]) -> list[Written | Exception]:
        """Write all answers in one call; where memory does not do, in smaller ones from then on."""
        torch, began = self._libraries.torch, time.perf_counter()
        try:
            written = self._load().write(rows)
        except (RuntimeError, MemoryError) as error:
            if not _out_of_memory(torch, error):
                raise
        else:
            total_s = time.perf_counter() - began
            return [Written(tokens, began, total_s) for tokens in written]
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        half = len(rows) // 2
        if not half:
            message = f"{self.name}: out of memory with {len(rows[0].tokens)} tokens of prompt"
            return [ProviderError(Fault.SERVER, message, hint="Free memory, or lower --max-tokens.")]
        self._gatherer.at_most(half)
        return [*self._written(rows[:half]), *self._written(rows[half:])]


def _out_of_memory(torch: Any, error: Exception) -> bool:
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "allocate memory" in str(error)


def _libraries() -> SimpleNamespace:
    """torch and transformers, told to leave the judges a core and the terminal its lines."""
    try:
        torch = importlib.import_module("torch")
        transformers = importlib.import_module("transformers")
    except ImportError as error:
        hint = "pip install 'evenbench[transformers]'"
        raise UsageError(f"hf needs the extra 'transformers': {error}", hint=hint) from error
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return SimpleNamespace(torch=torch, transformers=transformers)
