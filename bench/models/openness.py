"""Whether a model's weights are open to all, as far as its name says.

Open means that anybody may fetch them, whatever the license allows. A name that tells nothing for sure has no
answer: a fine-tune's own, one that its vendor moves from model to model, a file of answers.
"""

from __future__ import annotations

import re

OPEN, CLOSED = "open", "closed"

_RUN_HERE = frozenset({"hf", "llamacpp", "llama-server", "ollama", "sglang", "vllm"})
_NO_MODELS = frozenset({"command", "reference", "replay"})
"""Behind these is a program or a file, and its name is no model's."""

_CLOSED = (
    # OpenAI; Azure writes 35 for 3.5
    r"(ft:)?gpt-(3|35|4|4o|5|6)", r"chatgpt", r"o[134]", r"codex-mini", r"(babbage|davinci)-002",
    # Anthropic, Google
    r"claude", r"gemini", r"(text|chat|code|codechat)-bison",
    # xAI; of grok-3 it is not known
    r"grok-4", r"grok-(code|build)",
    # Amazon, Meta, AI21, Writer, Inception, Inflection, Reka; what Perplexity made of Llama
    r"amazon/nova", r"nova-(micro|lite|pro|premier)", r"titan-text", r"muse-spark", r"j2-(mid|ultra)",
    r"palmyra-x[45]", r"mercury", r"inflection-3", r"reka-core", r"sonar", r"llama-3(\.1)?-sonar",
    # Mistral; mistral-medium-3 is another model since April 2026
    r"mistral-medium-(2312|2505|2508|3\.1)", r"mistral-(small|large)-2402", r"magistral-medium",
    r"devstral-medium(-2507)?(?![.-])", r"codestral-25\d\d", r"ministral-3b-2410",
    # Cohere before Command R
    r"command(-light)?(?![.-])", r"command(-light)?-(text|nightly)",
    # Alibaba: what it sells is named by a word, what it gives away by a number of parameters
    r"(qwen|qwq|qvq)(?!.*\d+b)[\w.-]*-(max|plus|turbo|flash|long)",
    # Zhipu, Moonshot, MiniMax
    r"glm-4v?-(plus|airx?|flashx?|long|0520)", r"glm-5v?-turbo", r"kimi-latest", r"kimi-k1\.5",
    r"moonshot-v1", r"abab\d",
    # ByteDance, Baidu, Tencent, StepFun, 01.AI
    r"doubao", r"seed-[12]\.\d", r"ernie-(3\.5|4\.0|5\.0|x1|speed|lite)", r"ernie-4\.5-(turbo|8k)",
    r"hunyuan-(turbos?|t1|standard|lite|pro)", r"step-[12]", r"yi-(large|lightning|medium|spark|vision)",
)  # fmt: skip
"""Looked at first: families that are closed, and what is closed of the others."""

_OPEN = (
    # OpenAI, EleutherAI, xAI
    r"gpt-oss", r"gpt-?2", r"gpt-(j|neo|neox)", r"grok-[12](?![.-])",
    # Google, Meta, Microsoft
    r"(code|med|shield)?gemma(-?\dn?)?", r"(meta-|code-?|tiny)?llama(-?v?\d(p\d)?)?", r"phi-?[1-4]",
    r"wizard(lm|coder)",
    # Mistral
    r"open-(mistral|mixtral|codestral)", r"mistral-(7b|nemo)", r"mistral-small(?!-creative)", r"mixtral",
    r"mistral-large-(2|3|2407|2411|2512)", r"mistral-medium-3[.-]5", r"ministral-(8b|14b)",
    r"ministral-3b-2512", r"ministral-3-\d+b", r"magistral-small", r"devstral-(small|2|2512)",
    r"codestral-(22b|2405|mamba)", r"mathstral", r"pixtral-(12b|large)", r"voxtral-(mini|small)",
    # Alibaba
    r"qwen[\w.-]*\d+b", r"qwen3-coder(-next)?", r"qwen3-next", r"code-?qwen(1\.5)?", r"qwq",
    # DeepSeek, Zhipu, Moonshot, MiniMax
    r"deepseek", r"glm-(4|z1)-\d+b", r"(zai-)?glm-4[.p][5-7]v?(-air)?(?!-(x|airx|flash))",
    r"glm-4\.(6v|7)-flash", r"glm-5(\.1)?(?!\.|-turbo)", r"chatglm\d?-6b", r"kimi-k2(\.[56])?(?!\.)",
    r"kimi-(dev|linear|vl)", r"moonlight", r"minimax-m[12](\.[157])?(?!\.|-her)", r"minimax-(text-)?01",
    # ByteDance, Baidu, Tencent, StepFun, 01.AI, Xiaomi, Meituan, Shanghai AI Lab
    r"seed-(oss|coder)", r"ernie-4\.5-[\w-]*\d+b", r"hunyuan-(a13b|\d+(\.\d)?b)",
    r"step-?3(\.5-flash)?(?![.-])", r"yi-(1\.5|coder|6b|9b|34b)", r"mimo-(7b|v2-flash)",
    r"longcat-flash-(chat|thinking)", r"intern(lm\d?|-s1)",
    # Cohere, AI21, Databricks, Snowflake, IBM, NVIDIA, LG
    r"(c4ai-)?command-(r|r7b|a)", r"aya", r"jamba-(1[.-]5|large|mini)", r"dbrx", r"(snowflake-)?arctic",
    r"granite-[34]", r"granite-\d+b-code", r"(nvidia-)?nemotron", r"exaone-(3|4|deep)",
    # Ai2, Hugging Face, BigCode, Stability, TII, Salesforce
    r"olmo(e|-?\d)?", r"tulu", r"smollm\d?", r"starcoder\d?", r"stable-?(lm|code)", r"falcon\d?",
    r"codegen\d?",
    # Others, and what is known of what was made from these
    r"(nous-)?hermes-[234]", r"dolphin-(mixtral|mistral|llama)", r"r1-1776", r"reka-flash-3",
    r"deepcoder-\d+b", r"apertus", r"k2-think", r"vicuna", r"zephyr-7b",
)  # fmt: skip
"""Of the rest, those whose weights anybody may fetch."""

_SERVED_BY = re.compile(r"@.*", re.DOTALL)
"""Behind a name: a server's address, a router's upstream, a date."""
_BEDROCK = re.compile(r"(?:(?:us|us-gov|eu|apac|au|ca|jp|global)\.)?([a-z][a-z0-9]*)\.(?=[a-z])")
"""Before a name: ``us.anthropic.``, a region and who made it."""


def _beginning_with(families: tuple[str, ...]) -> re.Pattern[str]:
    """Any part of a path that begins like one of these, and does not go on as another word or number."""
    return re.compile(rf"(?:^|/)(?:{'|'.join(families)})(?![a-z0-9])")


_IS_CLOSED, _IS_OPEN = _beginning_with(_CLOSED), _beginning_with(_OPEN)


def is_run_here(model: str) -> bool:
    """Whether its name (``provider/name``) says that whoever asks has the weights."""
    provider, name = _parts(model)
    is_passed_on = provider == "ollama" and name.endswith((":cloud", "-cloud"))
    return provider in _RUN_HERE and not is_passed_on


def weights_of(model: str) -> str:
    """``open``, ``closed``, or "" where the name (``provider/name``) does not tell."""
    provider, name = _parts(model)
    if provider in _NO_MODELS or ".py:" in name:
        return ""
    if is_run_here(model):
        return OPEN
    name = _BEDROCK.sub(r"\1/", name, count=1)
    if _IS_CLOSED.search(name):
        return CLOSED
    return OPEN if _IS_OPEN.search(name) else ""


def _parts(model: str) -> tuple[str, str]:
    """Who is asked, and for what; no address."""
    provider, _, name = model.lower().partition("/")
    return provider, _SERVED_BY.sub("", name)
