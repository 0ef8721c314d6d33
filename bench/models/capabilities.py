"""What each vendor's models take: the table that ``bench models`` shows and every request goes by.

Sources: the vendors' own documentation and SDKs as of November 2026. A model that is missing here falls to
its vendor's last rule; what that gets wrong the vendor's own refusal corrects (``params.Negotiator``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bench.models.params import Rule
from bench.types import Json, Params


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


def _effort_alone(word: str) -> Mapping[str, Json]:
    return {"output_config": {"effort": word}}


def _thinking_level(word: str) -> Mapping[str, Json]:
    return {"thinkingConfig": {"thinkingLevel": word.upper()}}


_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24576}


def _thinking_budget(word: str) -> Mapping[str, Json]:
    return {"thinkingConfig": {"thinkingBudget": _BUDGETS[word]}}


def _think(word: str) -> Mapping[str, Json]:
    return {"think": word}


def _think_or_not(word: str) -> Mapping[str, Json]:
    return {"think": word != "none"}


_GPT = Rule("openai", max_tokens="max_completion_tokens")
_RESPONSES = Rule(
    "openai-responses",
    refuses=frozenset({"seed", "stop"}),
    max_tokens="max_output_tokens",
    effort=_reasoning,
)


def _gpt(kind: Rule) -> tuple[Rule, ...]:
    """OpenAI's models over one of its two formats, the newest first; of a new kind its refusals tell."""
    thinking = replace(kind, refuses_thinking=frozenset({"temperature", "stop"}))
    unasked = replace(thinking, thinks=False)
    return (
        replace(kind, pattern=r"gpt-5[\w.]*-chat|(ft:)?(chat)?gpt-[34]", efforts=()),
        replace(thinking, pattern=r"gpt-([6-9]|\d\d)", efforts=("low", "medium", "high", "xhigh")),
        replace(thinking, pattern=r"gpt-5\.([5-9]|\d\d)", efforts=("none", "low", "medium", "high", "xhigh")),
        replace(unasked, pattern=r"gpt-5\.[2-4]", efforts=("none", "low", "medium", "high", "xhigh")),
        replace(unasked, pattern=r"gpt-5\.1(?!\d)", efforts=("none", "low", "medium", "high")),
        replace(thinking, pattern=r"gpt-5", efforts=("minimal", "low", "medium", "high")),
        replace(thinking, pattern=r"o\d", efforts=("low", "medium", "high")),
        kind,
    )


_CLAUDE = Rule(
    "anthropic",
    refuses=frozenset({"seed"}),
    defaults=Params(max_tokens=16384),
    stop="stop_sequences",
    efforts=(),
    effort=_adaptive,
)


def _claude() -> tuple[Rule, ...]:
    """From Opus 4.7 on without sampling; the newest always think, and older ones write less at most."""
    levels = ("low", "medium", "high", "xhigh", "max")
    newer = replace(_CLAUDE, refuses=frozenset({"temperature", "seed"}), efforts=levels)
    return (
        replace(
            newer,
            pattern=r"claude-(opus-4-[78]|opus-5|sonnet-5|haiku-5-5)(?!\d|-\d\d?(?!\d))",
            efforts=("none", *levels),
        ),
        replace(newer, pattern=r"claude-(opus-4-([7-9]|\d\d)(?!\d)|[a-z]+-([5-9]|\d\d)(?!\d))"),
        replace(
            _CLAUDE,
            pattern=r"claude-(opus|sonnet)-4-6(?!\d)",
            refuses_thinking=frozenset({"temperature"}),
            thinks=False,
            efforts=("none", "low", "medium", "high", "max"),
        ),
        replace(
            _CLAUDE,
            pattern=r"claude-opus-4-5(?!\d)",
            efforts=("low", "medium", "high"),
            effort=_effort_alone,
        ),
        replace(_CLAUDE, pattern=r"claude-3-5-", defaults=Params(max_tokens=8192)),
        replace(_CLAUDE, pattern=r"claude-(3-[a-z]|2|instant)", defaults=Params(max_tokens=4096)),
        _CLAUDE,
    )


_GEMINI = Rule(
    "google",
    refuses=frozenset({"temperature"}),
    max_tokens="maxOutputTokens",
    stop="stopSequences",
    efforts=("low", "medium", "high"),
    effort=_thinking_level,
)


def _gemini() -> tuple[Rule, ...]:
    """By generation: no thinking, a budget, levels; the newest ignore a temperature without saying so."""
    older = replace(_GEMINI, refuses=frozenset())
    budgeted = replace(older, effort=_thinking_budget)
    all_levels = ("minimal", *_GEMINI.efforts)
    return (
        replace(older, pattern=r"gemini-(1|2\.0)|gemma", efforts=()),
        replace(budgeted, pattern=r"gemini-2\.5-pro", efforts=all_levels),
        replace(budgeted, pattern=r"gemini-2", efforts=tuple(_BUDGETS)),
        replace(older, pattern=r"gemini-3-pro", efforts=("low", "high")),
        replace(older, pattern=r"gemini-3\.[1-5]-pro"),
        replace(older, pattern=r"gemini-3(\.[1-5])?-flash(?!-lite)|gemini-3\.1-flash", efforts=all_levels),
        replace(_GEMINI, pattern=r"gemini-3\.(6-flash|\d-flash-lite)", efforts=all_levels),
        _GEMINI,
    )


_OLLAMA = Rule(
    "ollama",
    defaults=Params(temperature=0.0, max_tokens=8192),
    max_tokens="num_predict",
    efforts=("none", "low"),
    effort=_think_or_not,
)

# It thinks unless told not to, and while it does it ignores a temperature without saying so; a seed always.
_DEEPSEEK = Rule(
    "deepseek",
    refuses=frozenset({"seed"}),
    refuses_thinking=frozenset({"temperature"}),
    efforts=("none", "low", "high", "max"),
    effort=_deepseek,
)
_GROK = Rule("xai", refuses=frozenset({"stop"}), max_tokens="max_completion_tokens")
_MISTRAL = Rule("mistral", seed="random_seed")

RULES = (
    *_gpt(_GPT),
    *_gpt(_RESPONSES),
    # A deployment's name says nothing about its model: its refusals decide.
    Rule("azure", max_tokens="max_completion_tokens"),
    *_claude(),
    *_gemini(),
    _DEEPSEEK,
    # It maps the levels itself; every upstream takes the older name of the limit, few the newer.
    Rule("openrouter", effort=_reasoning),
    replace(_MISTRAL, pattern=r"mistral-large-4", efforts=("none", "low", "medium", "high")),
    replace(
        _MISTRAL, pattern=r"mistral-(small-(latest|2[6-9])|medium-(latest|3[-.]5))", efforts=("none", "high")
    ),
    replace(_MISTRAL, pattern=r"(mag|code|dev)stral|ministral|pixtral|open-", efforts=()),
    _MISTRAL,
    replace(_GROK, pattern=r"grok-4\.3", efforts=("none", "low", "medium", "high", "xhigh")),
    replace(_GROK, pattern=r"grok-3-mini", efforts=("low", "high")),
    replace(_GROK, pattern=r"(.*-non-reasoning|grok-[23]\b)", refuses=frozenset(), efforts=()),
    replace(_GROK, pattern=r"grok-(4(-|$|\.20)|build|code)", efforts=()),
    replace(_GROK, efforts=("low", "medium", "high", "xhigh")),
    # Where the maker of a model says nothing, Ollama samples at 0.8 and writes for ever: see llamacpp below.
    replace(_OLLAMA, pattern=r"(.*/)?gpt-oss", efforts=("low", "medium", "high"), effort=_think),
    _OLLAMA,
    # llama.cpp's own default is to sample at 0.8: a local model is asked greedily unless told otherwise.
    Rule("llamacpp", efforts=(), defaults=Params(temperature=0.0)),
    Rule("hf", efforts=(), defaults=Params(temperature=0.0)),
    Rule("command", effort=lambda word: {"effort": word}),
    # So does its own server; the other servers' defaults are what the model's maker recommends.
    Rule("llama-server", defaults=Params(temperature=0.0)),
    Rule("vllm"),
    Rule("sglang"),
    Rule("openai-compatible"),
)
"""The first rule that fits counts; a name without a pattern of its own falls to the provider's last rule."""
