"""Whether a model's weights are open to all, as far as its name says."""

from __future__ import annotations

import re

OPEN, CLOSED = "open", "closed"

_RUN_HERE = frozenset({"hf", "llamacpp", "llama-server", "ollama", "sglang", "vllm"})
_OPEN = re.compile(
    r"gpt-oss|deepseek|qwen(?!.*(max|plus|turbo))|llama|gemma|glm-|kimi-k2|minimax-m|mixtral|devstral(?!-medium)"
    r"|codestral-22b|ministral-8b|phi-[34]|smollm|starcoder|granite|olmo|nemotron|command-r|yi-coder"
)
_CLOSED = re.compile(r"^(gpt-[345]|o[134]\b|chatgpt|claude|gemini|grok-[34])")


def is_run_here(model: str) -> bool:
    """Whether its name (``provider/name``) says that whoever asks has the weights."""
    return model.lower().partition("/")[0] in _RUN_HERE


def weights_of(model: str) -> str:
    """``open``, ``closed``, or "" where the name (``provider/name``) does not tell."""
    _, _, name = model.lower().partition("/")
    if is_run_here(model) or _OPEN.search(name):
        return OPEN
    return CLOSED if _CLOSED.search(name.rpartition("/")[2]) else ""
