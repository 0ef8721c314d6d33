"""Whose weights are open, by the names of 2024 to 2026. No answer is better than a wrong one."""

from __future__ import annotations

import pytest

from bench.models.openness import CLOSED, OPEN, is_run_here, weights_of

CLOSED_NAMES = """
openai/gpt-3.5-turbo-0125
azure/gpt-35-turbo
openai/gpt-4
openai/gpt-4-turbo-2024-04-09
openai/gpt-4o
openai/gpt-4o-mini
openai/gpt-4.1-nano
openai/gpt-4.5-preview
openai/gpt-5
openai/gpt-5-codex
openai-responses/gpt-5.5-pro
openai/o1
openai/o3-mini
openai/o4-mini-2025-04-16
openai/chatgpt-4o-latest
openai/codex-mini-latest
openai/ft:gpt-4o-mini:acme::9abc
azure/gpt-4o
openrouter/openai/gpt-5.5@azure
anthropic/claude-3-5-sonnet-20241022
anthropic/claude-opus-4-1
anthropic/claude-haiku-4-5
openrouter/anthropic/claude-sonnet-4.5
openrouter/anthropic/claude-3.7-sonnet:thinking
bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0
bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0
bedrock/us-gov.anthropic.claude-3-haiku-20240307-v1:0
bedrock/global.anthropic.claude-opus-4-5-20251101-v1:0
vertex/claude-sonnet-4@20250514
google/gemini-1.5-pro
google/gemini-2.5-flash-lite
google/gemini-3-pro-preview
vertex/publishers/google/models/gemini-2.5-pro
openrouter/google/gemini-2.0-flash-001
ollama/gemini-3-flash-preview:cloud
vertex/code-bison
xai/grok-4
xai/grok-4-fast-reasoning
xai/grok-4.3
xai/grok-code-fast-1
openrouter/x-ai/grok-4.1-fast
bedrock/amazon.nova-pro-v1:0
bedrock/us.amazon.nova-premier-v1:0
bedrock/amazon.titan-text-express-v1
openrouter/amazon/nova-2-lite-v1
mistral/mistral-medium-2505
mistral/mistral-medium-2508
mistral/mistral-large-2402
bedrock/mistral.mistral-small-2402-v1:0
mistral/magistral-medium-2506
mistral/devstral-medium-2507
mistral/codestral-2501
mistral/codestral-2508
mistral/ministral-3b-2410
openai-compatible/qwen-max
openai-compatible/qwen-plus-2025-04-28
openai-compatible/qwen-turbo
openai-compatible/qwen-flash
openai-compatible/qwen-long
openai-compatible/qwen2.5-max
openai-compatible/qwen3-max-preview
openai-compatible/qwen3-coder-plus
openai-compatible/qwen3-coder-flash
openai-compatible/qwen3.5-plus
openai-compatible/qwen-vl-max-latest
openai-compatible/qwq-plus
openrouter/qwen/qwen-max
openrouter/qwen/qwen3-max
openai-compatible/glm-4-plus
openai-compatible/glm-4-flash
openai-compatible/glm-4-air
openai-compatible/glm-4-airx
openai-compatible/glm-4v-plus
openai-compatible/glm-5-turbo
openai-compatible/kimi-latest
openai-compatible/moonshot-v1-32k
openai-compatible/abab6.5s-chat
openai-compatible/doubao-1.5-pro-32k
openrouter/bytedance-seed/seed-1.6
openai-compatible/ernie-4.0-turbo-8k
openai-compatible/ernie-4.5-turbo-128k
openai-compatible/ernie-x1-turbo-32k
openai-compatible/hunyuan-turbos-latest
openai-compatible/hunyuan-t1-latest
openai-compatible/step-2-16k
openai-compatible/yi-large
openai-compatible/yi-lightning
openrouter/perplexity/sonar-pro
openrouter/perplexity/llama-3.1-sonar-large-128k-online
openrouter/inception/mercury-coder
bedrock/writer.palmyra-x5-v1:0
bedrock/ai21.j2-ultra-v1
bedrock/cohere.command-text-v14
openai-compatible/command-light
"""

OPEN_NAMES = """
openai-compatible/gpt-oss-120b
bedrock/openai.gpt-oss-20b-1:0
ollama/gpt-oss:120b-cloud
openai-compatible/gpt-neox-20b
openai-compatible/xai-org/grok-2
mistral/open-mistral-7b
mistral/open-mistral-nemo
mistral/open-mixtral-8x22b
mistral/open-codestral-mamba
mistral/mistral-small-2501
mistral/mistral-small-2506
mistral/mistral-large-2411
mistral/mistral-large-2512
mistral/mistral-medium-3.5
mistral/ministral-8b-2410
mistral/magistral-small-2509
mistral/devstral-small-2507
mistral/devstral-2512
mistral/codestral-2405
mistral/pixtral-large-2411
openai-compatible/mistral-7b
openai-compatible/mistralai/Mistral-7B-Instruct-v0.3
openai-compatible/mistralai/Codestral-22B-v0.1
bedrock/mistral.mistral-7b-instruct-v0:2
bedrock/mistral.mixtral-8x7b-instruct-v0:1
openrouter/mistralai/mistral-nemo
openai-compatible/qwq-32b
openai-compatible/Qwen/QwQ-32B-Preview
openai-compatible/qwen2.5-coder-32b-instruct
openai-compatible/qwen-14b-chat
openai-compatible/qwen3-235b-a22b-thinking-2507
openai-compatible/Qwen/Qwen2.5-7B-Instruct-Turbo
openai-compatible/Qwen/Qwen3-Next-80B-A3B-Instruct
openai-compatible/codeqwen1.5-7b-chat
openrouter/qwen/qwen3-coder
openrouter/qwen/qwen3-coder:free
openrouter/qwen/qwen3-coder-next
openrouter/qwen/qwen-2.5-72b-instruct
bedrock/qwen.qwen3-coder-480b-a35b-v1:0
deepseek/deepseek-chat
deepseek/deepseek-reasoner
deepseek/deepseek-v4-pro
openai-compatible/deepseek-coder-33b-instruct
openrouter/deepseek/deepseek-r1-0528
openrouter/deepseek/deepseek-v4-pro@deepinfra/fp8
bedrock/us.deepseek.r1-v1:0
openai-compatible/glm-4-9b-chat
openai-compatible/THUDM/GLM-4-32B-0414
openai-compatible/glm-4.5
openai-compatible/glm-4.5-air
openai-compatible/zai-glm-4.6
openai-compatible/glm-4.5v
openrouter/z-ai/glm-4.7
openrouter/z-ai/glm-4.7-flash
openrouter/z-ai/glm-5
openai-compatible/kimi-k2-0905-preview
openai-compatible/kimi-k2-thinking
openrouter/moonshotai/kimi-k2.5
bedrock/moonshot.kimi-k2-thinking
openai-compatible/kimi-dev-72b
openrouter/minimax/minimax-m1
openrouter/minimax/minimax-m2
openrouter/minimax/minimax-m2.7
openai-compatible/MiniMax-Text-01
openai-compatible/meta-llama/Llama-3.1-8B-Instruct
openai-compatible/meta-llama/Meta-Llama-3-70B-Instruct
openai-compatible/meta-llama/Llama-3.3-70B-Instruct-Turbo
openai-compatible/llama3-70b-8192
openai-compatible/accounts/fireworks/models/llama-v3p1-405b-instruct
openrouter/meta-llama/llama-4-maverick
bedrock/meta.llama3-1-405b-instruct-v1:0
bedrock/us.meta.llama4-scout-17b-instruct-v1:0
vertex/meta/llama-3.3-70b-instruct-maas
openai-compatible/CodeLlama-34b-Instruct-hf
openai-compatible/gemma2-9b-it
google/gemma-3-27b-it
google/gemma-3n-e4b-it
openai-compatible/codegemma-7b
openai-compatible/phi-4
azure/Phi-3.5-mini-instruct
openai-compatible/microsoft/phi-4-reasoning-plus
openai-compatible/WizardCoder-33B-V1.1
openai-compatible/command-r-plus-08-2024
openai-compatible/command-a-03-2025
openai-compatible/command-r7b-12-2024
bedrock/cohere.command-r-v1:0
bedrock/ai21.jamba-1-5-large-v1:0
openai-compatible/granite-3.3-8b-instruct
openai-compatible/granite-34b-code-instruct
openai-compatible/nvidia/Llama-3.1-Nemotron-70B-Instruct
openrouter/nvidia/nemotron-3-nano-30b-a3b
openai-compatible/allenai/OLMo-2-0325-32B-Instruct
openai-compatible/bigcode/starcoder2-15b
openai-compatible/stabilityai/stable-code-3b
openai-compatible/stablelm-zephyr-3b
openai-compatible/HuggingFaceTB/SmolLM3-3B
openai-compatible/tiiuae/falcon-180b-chat
openai-compatible/Falcon3-10B-Instruct
openai-compatible/01-ai/Yi-1.5-34B-Chat
openai-compatible/yi-coder-9b-chat
openai-compatible/internlm2_5-7b-chat
openrouter/baidu/ernie-4.5-300b-a47b
openai-compatible/ERNIE-4.5-21B-A3B-PT
openrouter/tencent/hunyuan-a13b-instruct
openrouter/stepfun/step-3.5-flash:free
openai-compatible/ByteDance-Seed/Seed-OSS-36B-Instruct
openai-compatible/Seed-Coder-8B-Instruct
openrouter/xiaomi/mimo-v2-flash
openai-compatible/dbrx-instruct
openrouter/nousresearch/hermes-4-405b
openai-compatible/swiss-ai/Apertus-70B-Instruct-2509
"""

UNKNOWN_NAMES = """
acme/large
acme/own
openrouter/acme/coder-32b
openai-compatible/tiny
openai-compatible/our-finetune-v3
openai-compatible/tiny@http://llama.local:8000/v1
openai-compatible/tiny@http://127.0.0.1/deepseek/v1
azure/my-deployment
azure/prod-gpt
openai-compatible/dolphi-40
openai-compatible/phi-40
openai-compatible/ollamacoder
openai-compatible/claudette-7b
openai-compatible/o3x
openai-compatible/gpt-45b
openai-compatible/acme-llama-killer
openai-compatible/not-gpt-4
openai-compatible/qwen
openai-compatible/qwen-latest
openai-compatible/glm-4.5-airx
openai-compatible/glm-4.5-flash
openai-compatible/glm-5.9
openai-compatible/kimi-k2.9
mistral/mistral-large-latest
mistral/mistral-medium-latest
mistral/mistral-medium-3
mistral/codestral-latest
mistral/mistral-small-creative
xai/grok-3
xai/grok-2-vision-1212
openai-compatible/step-3.5-turbo
replay/llama.jsonl
replay/results/gpt-4o/samples.jsonl
command/claude -p
plugins/gpt-4.py:Model
reference
"""


@pytest.mark.parametrize("model", CLOSED_NAMES.split("\n")[1:-1])
def test_closed(model: str) -> None:
    assert weights_of(model) == CLOSED
    assert weights_of(model.upper()) == CLOSED


@pytest.mark.parametrize("model", OPEN_NAMES.split("\n")[1:-1])
def test_open(model: str) -> None:
    assert weights_of(model) == OPEN
    assert weights_of(model.upper()) == OPEN


@pytest.mark.parametrize("model", UNKNOWN_NAMES.split("\n")[1:-1])
def test_what_a_name_does_not_tell(model: str) -> None:
    assert weights_of(model) == ""


@pytest.mark.parametrize(
    "model",
    ["hf/acme/own", "llamacpp/own.gguf", "ollama/own:7b", "vllm/own@http://127.0.0.1:8000/v1", "sglang/own"],
)
def test_whoever_runs_a_model_has_its_weights(model: str) -> None:
    assert is_run_here(model)
    assert weights_of(model) == OPEN


@pytest.mark.parametrize(
    "model", ["ollama/gpt-oss:120b-cloud", "ollama/own:cloud@http://127.0.0.1:11434", "openrouter/vllm/own"]
)
def test_what_is_passed_on_is_not_run_here(model: str) -> None:
    assert not is_run_here(model)
