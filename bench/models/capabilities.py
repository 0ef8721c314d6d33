"""What each vendor's models take: the table that ``bench models`` shows and every request goes by.

Sources: the vendors' own documentation and SDKs as of November 2026. A model that is missing here falls to
its vendor's last rule; what that gets wrong the vendor's own refusal corrects (``params.Negotiator``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bench.models.params import Rule
from bench.types import EFFORTS, Json, Params


def rule_for(provider: str, model: str) -> Rule:
    """The rule for a model; a provider that is not in the table takes everything, in OpenAI's words."""
    fitting = (rule for rule in RULES if rule.provider == provider and re.match(rule.pattern, model))
    return next(fitting, Rule(provider))


def _adaptive(word: str) -> Mapping[str, Json]:
    if word == "none":
        return {"thinking": {"type": "disabled"}}
    return {"output_config": {"effort": word}, "thinking": {"type": "adaptive"}}


def _deepseek(word: str) -> Mapping[str, Json]:
    if word == "none":
        return {"thinking": {"type": "disabled"}}
    return {"thinking": {"type": "enabled"}, "reasoning_effort": word}


def _reasoning(word: str) -> Mapping[str, Json]:
    return {"reasoning": {"effort": word}}


def _thinking_level(word: str) -> Mapping[str, Json]:
    return {"thinkingConfig": {"thinkingLevel": word.upper()}}


_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24576}


def _thinking_budget(word: str) -> Mapping[str, Json]:
    return {"thinkingConfig": {"thinkingBudget": _BUDGETS[word]}}


def _think(word: str) -> Mapping[str, Json]:
    return {"think": False if word == "none" else word}


_GPT = Rule("openai", max_tokens="max_completion_tokens", efforts=())
_THINKING_GPT = replace(_GPT, refuses=frozenset({"temperature", "stop"}))
_RESPONSES = Rule(
    "openai-responses",
    refuses=frozenset({"seed", "stop"}),
    max_tokens="max_output_tokens",
    efforts=(),
    effort=_reasoning,
)
_THINKING_RESPONSES = replace(_RESPONSES, refuses=frozenset({"seed", "stop", "temperature"}))
_CLAUDE = Rule(
    "anthropic",
    refuses=frozenset({"seed"}),
    defaults=Params(max_tokens=16384),
    stop="stop_sequences",
    efforts=(),
    effort=_adaptive,
)
_GEMINI = Rule(
    "google",
    max_tokens="maxOutputTokens",
    stop="stopSequences",
    efforts=("minimal", "low", "medium", "high", "xhigh"),
    effort=_thinking_level,
)

_NEWEST_GPT, _NEWER_GPT, _GPT5 = r"gpt-([6-9]|\d\d)", r"gpt-5\.\d", r"gpt-5(?!\.)|o\d"
_NEWEST_EFFORTS = ("low", "medium", "high", "xhigh")
_NEWER_EFFORTS = ("none", "low", "medium", "high", "xhigh")
_GPT5_EFFORTS = ("minimal", "low", "medium", "high")

RULES = (
    replace(_GPT, pattern=r"gpt-5[\w.]*-chat"),
    replace(_THINKING_GPT, pattern=_NEWEST_GPT, efforts=_NEWEST_EFFORTS),
    replace(_THINKING_GPT, pattern=_NEWER_GPT, efforts=_NEWER_EFFORTS),
    replace(_THINKING_GPT, pattern=_GPT5, efforts=_GPT5_EFFORTS),
    _GPT,
    replace(_RESPONSES, pattern=r"gpt-5[\w.]*-chat"),
    replace(_THINKING_RESPONSES, pattern=_NEWEST_GPT, efforts=_NEWEST_EFFORTS),
    replace(_THINKING_RESPONSES, pattern=_NEWER_GPT, efforts=_NEWER_EFFORTS),
    replace(_THINKING_RESPONSES, pattern=_GPT5, efforts=_GPT5_EFFORTS),
    _RESPONSES,
    # A deployment's name says nothing about its model: its refusals decide.
    Rule("azure", max_tokens="max_completion_tokens"),
    # Opus from 4.7 on, and everything from 5 on, think adaptively and take no sampling parameters.
    replace(
        _CLAUDE,
        pattern=r"claude-(opus-4-([7-9]|\d\d)(?!\d)|[a-z]+-([5-9]|\d\d)(?!\d))",
        refuses=frozenset({"temperature", "seed"}),
        efforts=("none", "low", "medium", "high", "xhigh", "max"),
    ),
    _CLAUDE,
    replace(_GEMINI, pattern=r"gemini-[12]\b", efforts=tuple(_BUDGETS), effort=_thinking_budget),
    _GEMINI,
    Rule("deepseek", efforts=("none", "low", "high", "max"), effort=_deepseek),
    Rule("openrouter", efforts=tuple(level for level in EFFORTS if level != "max"), effort=_reasoning),
    Rule("mistral", seed="random_seed", efforts=()),
    Rule("xai", efforts=("low", "high")),
    Rule("ollama", max_tokens="num_predict", efforts=("none", "low", "medium", "high"), effort=_think),
    # llama.cpp's own default is to sample at 0.8: a local model is asked greedily unless told otherwise.
    Rule("llamacpp", efforts=(), defaults=Params(temperature=0.0)),
    Rule("hf", efforts=(), defaults=Params(temperature=0.0)),
    Rule("openai-compatible"),
)
"""The first rule that fits counts; a name without a pattern of its own falls to the provider's last rule."""
