"""Local weights in GGUF, through llama.cpp's own server inside this process (extra ``local``).

Reproducible by default: one request at a time, no prompt cache, temperature 0. Prompt caching or several
requests in flight change the rounding, and a small model then writes other tokens.

No system message is added: where there is none, a model's own chat template may put its own in (SmolLM2 and
Qwen do). The template is part of the file, and the file's digest is in the served model's name.
"""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from bench.errors import Fault, ProviderError, UsageError
from bench.models import weights
from bench.models.http import Client, required_name
from bench.models.openai_chat import ChatCompletions
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import Completion, Json, Request

CONTEXT_TOKENS = 4096
_SILENT = -1
_EXTRA: Mapping[str, Json] = {"cache_prompt": False}


def make(name: str, context: ModelContext, /) -> LlamaCpp:
    """``llamacpp/PATH.gguf`` or ``llamacpp/NAME``; a known name is downloaded on first use.

    Raises UsageError (no such file or name, missing extra) and DataError (download).
    """
    required_name(name, "llamacpp")
    library = _library()
    return LlamaCpp(name, located=weights.locate(name, context.environ), library=library, context=context)


class LlamaCpp:
    """One GGUF model. Its server starts with the first request and ends with the process."""

    def __init__(self, name: str, *, located: weights.Located, library: Any, context: ModelContext) -> None:
        self.name = f"llamacpp/{name}"
        self._located = located
        self._library = library
        self._timeout_s = context.timeout_s
        self._slot = threading.Lock()
        self._chat: WireModel | None = None
        self._server: Any = None

    def generate(self, request: Request, /) -> Completion:
        """One answer; others wait for it, and that wait is not held against the server's time."""
        asked = time.perf_counter()
        with self._slot:
            waited = time.perf_counter() - asked
            if self._chat is None:
                self._chat = self._start()
            completion = self._chat.generate(request)
        timing = replace(completion.timing, queue_s=waited) if completion.timing else None
        return replace(completion, timing=timing)

    def identity(self, request: Request, /) -> Mapping[str, Json]:
        """The file's digest, and what reads it; the messages and parameters are known anyway."""
        library = version("xllamacpp")
        return {"sha256": self._located.sha256, "xllamacpp": library, "context": CONTEXT_TOKENS, **_EXTRA}

    def _start(self) -> WireModel:
        alias = f"{self._located.label}@sha256:{self._located.sha256[:12]}"
        options = self._library.CommonParams()
        options.model.path = str(self._located.path)
        options.model_alias = {alias}
        options.n_ctx, options.n_parallel = CONTEXT_TOKENS, 1
        options.cpuparams.n_threads = max(1, (os.cpu_count() or 1) - 1)
        options.hostnames, options.port = ["127.0.0.1"], 0
        options.n_gpu_layers = 0
        options.ui = False
        options.verbosity = _SILENT
        try:
            self._server = self._library.Server(options)
        except RuntimeError as error:
            message = f"{self.name}: llama.cpp cannot load {self._located.path}: {error}"
            raise ProviderError(Fault.INVALID_REQUEST, message, hint="Is the file whole?") from error
        client = Client(f"{self._server.listening_address}/v1", timeout_s=self._timeout_s, concurrency=1)
        return WireModel(
            self.name,
            model=alias,
            client=client,
            format=ChatCompletions(),
            provider="llamacpp",
            served_by=f"llamacpp {version('xllamacpp')}",
            extra=_EXTRA,
        )


def _library() -> Any:
    try:
        return importlib.import_module("xllamacpp")
    except ImportError as error:
        hint = "pip install 'evenbench[local]'"
        raise UsageError(f"llamacpp needs the extra 'local': {error}", hint=hint) from error
