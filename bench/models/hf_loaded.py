"""A model of transformers' in memory: from a request to tokens, from tokens to text.

torch and transformers are handed in: nothing here imports them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.errors import Fault, ProviderError
from bench.models import weights
from bench.models.wire import last_message
from bench.types import Mode, Request, Stop

MAX_TOKENS = 4096
"""Where no limit is asked for: this many tokens, or what is left of the context."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is loaded from. ``gguf`` is a file in it; a folder of the user's has no revision."""

    place: str
    gguf: str = ""
    revision: str = ""
    token: str = field(default="", repr=False)
    offline: bool = False

    def options(self) -> dict[str, Any]:
        """What every ``from_pretrained`` gets."""
        return {
            "pretrained_model_name_or_path": self.place,
            "trust_remote_code": False,
            "local_files_only": self.offline,
            **({"revision": self.revision} if self.revision else {}),
            **({"token": self.token} if self.token else {}),
            **({"gguf_file": self.gguf} if self.gguf else {}),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt in tokens, and how the answer to it is to be written."""

    tokens: tuple[int, ...]
    limit: int
    temperature: float = 0.0
    seed: int | None = None
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, and everything that knows its tokens."""

    torch: Any
    transformers: Any
    tokenizer: Any
    model: Any
    label: str
    made_by: str
    ends: tuple[int, ...]
    window: int | None

    def prompt(self, request: Request) -> str:
        """The text to put. Raises ProviderError where the model has no such form of request."""
        if request.mode is not Mode.CHAT:
            return last_message(request)
        if not self.tokenizer.chat_template:
            hint = "Ask it as a base model: --mode complete."
            raise ProviderError(
                Fault.INVALID_REQUEST, f"{self.label} has no chat template: it cannot chat", hint=hint
            )
        turns = [{"role": message.role, "content": message.text} for message in request.messages]
        try:
            text = self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        except Exception as error:  # a template is a program of the model's, and raises what it likes
            message = f"{self.label}: its chat template refuses these messages: {first_line(error)}"
            raise ProviderError(Fault.INVALID_REQUEST, message) from error
        return str(text)

    def row(self, prompt: str, sent: dict[str, Any], *, chat: bool) -> Row:
        """Raises ProviderError when prompt and answer together do not fit the model's context."""
        # A chat template writes the marks at the start itself.
        tokens = tuple(self.tokenizer(prompt, add_special_tokens=not chat)["input_ids"])
        if not tokens:
            raise ProviderError(Fault.INVALID_REQUEST, f"{self.label}: the prompt is empty")
        left = MAX_TOKENS if self.window is None else self.window - len(tokens)
        limit = int(sent.get("max_tokens") or max(1, min(left, MAX_TOKENS)))
        if self.window is not None and limit > left:
            message = (
                f"{self.label}: {len(tokens)} tokens of prompt and {limit} of answer do not fit {self.window}"
            )
            raise ProviderError(Fault.CONTEXT_OVERFLOW, message, hint="Lower --max-tokens.")
        stops = tuple(stop for stop in sent.get("stop") or () if stop)
        return Row(tokens, limit, float(sent.get("temperature") or 0.0), sent.get("seed"), stops)

    def write(self, rows: Sequence[Row]) -> list[tuple[int, ...]]:
        """The tokens that answer each row, up to and with its end mark."""
        torch, device = self.torch, self.model.device
        width = max(len(row.tokens) for row in rows)
        pad = self.tokenizer.pad_token_id
        pad = (self.ends or (0,))[0] if pad is None else pad
        gaps = [width - len(row.tokens) for row in rows]
        ids = [[pad] * gap + list(row.tokens) for gap, row in zip(gaps, rows, strict=True)]
        mask = [[0] * gap + [1] * (width - gap) for gap in gaps]
        ending = _Ending(torch, self.tokenizer, rows, width=width)
        out = self.model.generate(
            input_ids=torch.tensor(ids, device=device),
            attention_mask=torch.tensor(mask, device=device),
            generation_config=self.transformers.GenerationConfig(
                do_sample=False,
                max_new_tokens=max(row.limit for row in rows),
                eos_token_id=list(self.ends) or None,
                pad_token_id=pad,
            ),
            stopping_criteria=self.transformers.StoppingCriteriaList([ending]),
            logits_processor=self.transformers.LogitsProcessorList(
                [_Noise(torch, rows, device)] if any(row.temperature > 0 for row in rows) else []
            ),
        )
        new = out[:, width:].tolist()
        return [self._cut(tokens[: ending.lengths.get(n)]) for n, tokens in enumerate(new)]

    def _cut(self, tokens: list[int]) -> tuple[int, ...]:
        end = next((n for n, token in enumerate(tokens, start=1) if token in self.ends), None)
        return tuple(tokens[:end])

    def read(self, row: Row, tokens: tuple[int, ...]) -> tuple[str, Stop]:
        """The text behind the prompt, and why it ends there."""

        def text_of(some: Sequence[int]) -> str:
            text = self.tokenizer.decode(some, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            return str(text)

        # Some tokenizers drop the first token's space: an indentation shows only behind the prompt.
        before, whole = text_of(row.tokens), text_of(row.tokens + tokens)
        text = whole.removeprefix(before) if whole.startswith(before) else text_of(tokens)
        cuts = [at for at in map(text.find, row.stops) if at >= 0]
        if cuts:
            return text[: min(cuts)], Stop.END
        return text, Stop.END if tokens and tokens[-1] in self.ends else Stop.LENGTH


class _Ending:
    """Ends each row of a call by itself: at its own limit, or when one of its stops has been written."""

    def __init__(self, torch: Any, tokenizer: Any, rows: Sequence[Row], *, width: int) -> None:
        self._torch = torch
        self._tokenizer = tokenizer
        self._rows = rows
        self._width = width
        # A token is at least one byte, so that many hold the whole of the longest stop.
        self._reach = [max((len(stop.encode()) for stop in row.stops), default=0) + 4 for row in rows]
        self.lengths: dict[int, int] = {}
        """How much was written for each row that was ended here."""

    def __call__(self, ids: Any, _scores: Any, **_options: Any) -> Any:
        count = ids.shape[1] - self._width
        for n, row in enumerate(self._rows):
            if n not in self.lengths and (count >= row.limit or self._stopped(n, row, ids)):
                self.lengths[n] = count
        done = [n in self.lengths for n in range(len(self._rows))]
        return self._torch.tensor(done, device=ids.device)

    def _stopped(self, n: int, row: Row, ids: Any) -> bool:
        if not row.stops:
            return False
        tail = ids[n, max(self._width, ids.shape[1] - self._reach[n]) :].tolist()
        text = self._tokenizer.decode(tail, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return any(stop in text for stop in row.stops)


class _Noise:
    """Makes the greedy choice a draw: the largest of logit / temperature + Gumbel noise is an exact sample.

    Each row has noise and a seed of its own, so its draws do not depend on who shares the call.
    """

    def __init__(self, torch: Any, rows: Sequence[Row], device: Any) -> None:
        self._torch = torch
        self._drawn = [(n, row.temperature) for n, row in enumerate(rows) if row.temperature > 0]
        self._sources = {}
        for n, _ in self._drawn:
            source, seed = torch.Generator(device), rows[n].seed
            source.seed() if seed is None else source.manual_seed(seed)
            self._sources[n] = source

    def __call__(self, _ids: Any, scores: Any) -> Any:
        for n, temperature in self._drawn:
            waits = self._torch.empty_like(scores[n]).exponential_(generator=self._sources[n])
            scores[n] = scores[n] / temperature - waits.log()
        return scores


def load(name: str, source: Source, libraries: Any) -> Loaded:
    """Raises ProviderError when the weights cannot be loaded or do not fit into memory."""
    torch, transformers = libraries.torch, libraries.transformers
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(**source.options())
        model = transformers.AutoModelForCausalLM.from_pretrained(dtype="auto", **source.options())
        model = model.to(device).eval()
    except (OSError, ValueError, ImportError, RuntimeError, MemoryError, KeyError) as error:
        message = f"{name}: transformers cannot load it: {first_line(error)}"
        raise ProviderError(Fault.INVALID_REQUEST, message) from error
    dtype = str(model.dtype).removeprefix("torch.")
    own = model.generation_config
    ends = own.eos_token_id if isinstance(own.eos_token_id, list) else [own.eos_token_id]
    # Settings that come with a model (sampling, penalties) would otherwise be mixed into every call.
    model.generation_config = transformers.GenerationConfig()
    return Loaded(
        torch,
        transformers,
        tokenizer,
        model,
        label=_label(source),
        made_by=f"transformers {transformers.__version__} ({device}, {dtype})",
        ends=tuple(sorted({end for end in [*ends, tokenizer.eos_token_id] if end is not None})),
        window=getattr(model.config.get_text_config(), "max_position_embeddings", None),
    )


def _label(source: Source) -> str:
    """What answered: a hub's name at its commit, or a folder's or file's with the digest of what it holds."""
    place = Path(source.place)
    if not place.is_dir():
        return f"{'/'.join(filter(None, (source.place, source.gguf)))}@{source.revision}"
    if source.gguf:
        digest = weights.sha256_of(place / source.gguf)
        return f"{Path(source.gguf).stem}@sha256:{digest[:12]}"
    files = sorted(file for file in place.iterdir() if file.is_file())
    listed = "".join(f"{file.name} {weights.sha256_of(file)}\n" for file in files)
    return f"{place.resolve().name}@sha256:{hashlib.sha256(listed.encode()).hexdigest()[:12]}"


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0]
