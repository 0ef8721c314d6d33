"""Local weights in GGUF, through llama.cpp's own server inside this process (extra ``local``).

Reproducible by default: one request at a time, no prompt cache, temperature 0. Prompt caching or several
requests in flight change the rounding, and a small model then writes other tokens.

``?ctx=8192&threads=2`` behind the name sets the tokens of context (0: as many as the model has, which may
take much memory) and the threads that compute.

No system message is added: where there is none, a model's own chat template may put its own in (SmolLM2 and
Qwen do). The template is part of the file, and the file's digest is in the served model's name.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bench.errors import Fault, ProviderError, UsageError
from bench.models import weights
from bench.models.http import Client, required_name
from bench.models.openai_chat import ChatCompletions
from bench.models.wire import WireModel
from bench.protocols import ModelContext, Pacing
from bench.types import Completion, Json, Request, Stop

_SILENT = -1
_EXTRA: Mapping[str, Json] = {"cache_prompt": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands behind the question mark. Prompt and answer must fit ``ctx`` together."""

    ctx: int = 4096
    threads: int = max(1, (os.cpu_count() or 1) - 1)
    """All cores but one: that is the judges'."""


def make(name: str, context: ModelContext, /) -> LlamaCpp:
    """``llamacpp/PATH.gguf`` or ``llamacpp/NAME``; a known name is downloaded on first use.

    Raises UsageError (no such file, name or setting, missing extra) and DataError (download).
    """
    plain, _, settings = required_name(name, "llamacpp").partition("?")
    return LlamaCpp(
        name,
        settings=_settings(name, settings),
        library=_library(),
        located=weights.locate(plain, context.environ),
        timeout_s=context.timeout_s,
    )


class LlamaCpp:
    """One GGUF model. Its server starts with the first request, again after it was lost, and ends with us."""

    def __init__(
        self, name: str, *, settings: Settings, library: Any, located: weights.Located, timeout_s: float
    ) -> None:
        self.name = f"llamacpp/{name}"
        self.pacing = Pacing(start=1, most=1, measured=False)
        self._settings = settings
        self._located = located
        self._library = library
        self._timeout_s = timeout_s
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
            completion = self._answer(self._chat, request)
        timing = replace(completion.timing, queue_s=waited) if completion.timing else None
        return replace(completion, timing=timing)

    def identity(self, _request: Request, /) -> Mapping[str, Json]:
        """The file's digest, and what reads it; the messages and parameters are known anyway."""
        library = version("xllamacpp")
        context = self._settings.ctx
        return {"sha256": self._located.sha256, "xllamacpp": library, "context": context, **_EXTRA}

    def _answer(self, chat: WireModel, request: Request) -> Completion:
        try:
            completion = chat.generate(request)
        except ProviderError as error:
            if error.fault is Fault.TRANSPORT:
                chat.client.close()
                self._chat = self._server = None
            raise
        self._check_whole(completion, request.params.max_tokens)
        return completion

    def _check_whole(self, completion: Completion, limit: int | None) -> None:
        """Raises ProviderError for an answer that our context cut short of the limit that was allowed."""
        written = completion.usage.output_total if completion.usage else None
        if completion.stop is Stop.LENGTH and limit and written is not None and written < limit:
            message = f"{self.name}: the context was full after {written} of {limit} tokens of answer"
            more = f"{self.name.partition('?')[0]}?ctx={2 * self._settings.ctx}"
            hint = f"It has {self._settings.ctx} tokens; twice as many: {more}"
            raise ProviderError(Fault.CONTEXT_OVERFLOW, message, raw_reply=completion.raw_reply, hint=hint)

    def _start(self) -> WireModel:
        alias = f"{self._located.label}@sha256:{self._located.sha256[:12]}"
        options = self._library.CommonParams()
        options.model.path = str(self._located.path)
        options.model_alias = {alias}
        options.n_ctx, options.n_parallel = self._settings.ctx, 1
        options.cpuparams.n_threads = self._settings.threads
        options.hostnames, options.port = ["127.0.0.1"], 0
        options.n_gpu_layers = 0
        options.ui = False
        options.verbosity = _SILENT
        try:
            self._server = self._library.Server(options)
        except RuntimeError as error:
            message = f"{self.name}: llama.cpp cannot load {self._located.path}: {error}"
            raise ProviderError(Fault.INVALID_REQUEST, message, hint="Is the file whole?") from error
        client = Client(f"{self._server.listening_address}/v1", timeout_s=self._timeout_s)
        return WireModel(
            self.name,
            model=alias,
            client=client,
            format=ChatCompletions(),
            provider="llamacpp",
            served_by=f"llamacpp {version('xllamacpp')}",
            extra=_EXTRA,
        )


def _settings(name: str, text: str) -> Settings:
    """The settings in ``ctx=8192&threads=2``. Raises UsageError for another word or what is no number."""
    given, defaults = parse_qsl(text, keep_blank_values=True), asdict(Settings())
    wrong = [key for key, value in given if key not in defaults or not re.fullmatch("[0-9]{1,9}", value)]
    if wrong or bool(text) != bool(given):
        hint = f"For example llamacpp/NAME?{urlencode(defaults)}."
        raise UsageError(f"llamacpp/{name}: {' and '.join(wrong) or text} cannot be set so", hint=hint)
    numbers = defaults | {key: int(value) for key, value in given}
    return Settings(numbers["ctx"], max(1, numbers["threads"]))


def _library() -> Any:
    try:
        return importlib.import_module("xllamacpp")
    except ImportError as error:
        hint = "pip install 'evenbench[local]'"
        raise UsageError(f"llamacpp needs the extra 'local': {error}", hint=hint) from error
