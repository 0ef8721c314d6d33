"""Who answers: where a vendor is reached, which key it takes, and which wire format it speaks.

A vendor is an entry of this table and an entry point; what its models take is in ``capabilities``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bench.errors import UsageError
from bench.models.anthropic import VERSION as ANTHROPIC_VERSION
from bench.models.anthropic import Messages
from bench.models.batch.anthropic import AnthropicBatches
from bench.models.batch.base import Service, WireBatches
from bench.models.batch.gemini import GeminiBatches
from bench.models.batch.openai import OpenAIBatches
from bench.models.gemini import GenerateContent
from bench.models.http import Client, api_key, checked_key, checked_url, required_name
from bench.models.ollama import Ollama
from bench.models.ollama import address as ollama_address
from bench.models.openai_chat import ChatCompletions
from bench.models.openai_responses import Responses
from bench.models.prices import listed
from bench.models.wire import Format, WireModel
from bench.protocols import ModelContext, Pacing
from bench.types import Json, Mode


@dataclass(frozen=True, slots=True)
class Vendor:
    """A model factory: ``vendor/NAME``; for a server of one's own also ``vendor/NAME@URL``."""

    name: str
    about: str
    format: Format
    url: str = ""
    """Where it is reached, unless ``url_variable`` says otherwise; "" must be told."""
    url_variable: str = ""
    key_variable: str = ""
    other_key_variable: str = ""
    """Looked at where the first is not set."""
    needs_key: bool = True
    key_header: str = "authorization"
    path: str = ""
    """What the address ends in, whether or not the user wrote it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    read_url: Callable[[str], str] = str
    """Makes an address of what the user wrote, where that may be less than one."""
    own_server: bool = False
    """Whether the user runs it: its address may stand behind the name, nobody sends a bill."""
    batches: Service | None = None
    """How it takes many requests at once, if it does."""
    router: bool = False
    """Whether it passes requests on: ``NAME@UPSTREAM`` pins who answers."""

    @property
    def bills(self) -> bool:
        """Whether a call costs money even where no price is known."""
        return self.needs_key and not self.own_server

    def __call__(self, name: str, context: ModelContext, /) -> WireModel:
        """Raises UsageError for a missing name, key or address."""
        required_name(name, self.name)
        named, address, origin = self._located(name, context.environ)
        model, extra = self._routed(named)
        key = self._key(context.environ)
        sent = f"Bearer {key}" if self.key_header == "authorization" else key
        client = Client(
            checked_url(self.read_url(address), origin).removesuffix(self.path) + self.path,
            timeout_s=context.timeout_s,
            headers={**self.headers, **({self.key_header: sent} if key else {})},
            key=key,
        )
        made = WireModel(
            f"{self.name}/{name}",
            model=model,
            client=client,
            format=self.format,
            provider=self.name,
            extra=extra,
            prices=listed(context.environ),
            pacing=Pacing() if self.own_server else Pacing(start=8, measured=False),
        )
        if self.batches is not None:
            made.batches = WireBatches(made, self.batches)
        return made

    def _located(self, name: str, environ: Mapping[str, str]) -> tuple[str, str, str]:
        """The model's own name, the address, and where the user gave that."""
        model, at, address = name.rpartition("@http")
        if self.own_server and at:
            return required_name(model, self.name), f"http{address}", f"{self.name}/{model}"
        told = environ.get(self.url_variable, "").strip() or self.url
        if told:
            return name, told, self.url_variable
        hint = f"Write NAME@URL, for example {self.name}/qwen2.5-coder:7b@http://127.0.0.1:11434/v1."
        if self.url_variable:
            hint = f"export {self.url_variable}=https://..."
        raise UsageError(f"{self.name}/{name}: no address is given", hint=hint)

    def _routed(self, name: str) -> tuple[str, Mapping[str, Json]]:
        """The model's name, and how a router must pass it on: never to one that drops parameters silently."""
        if not self.router:
            return name, {}
        model, at, upstream = name.partition("@")
        if not model or (at and not upstream):
            missing = "upstream" if model else "model"
            raise UsageError(f"{self.name}/{name}: no {missing} is named", hint=_ROUTED)
        pinned: dict[str, Json] = {"only": [upstream], "allow_fallbacks": False} if upstream else {}
        return model, {"provider": {**pinned, "require_parameters": True}}

    def _key(self, environ: Mapping[str, str]) -> str:
        names = (self.key_variable, self.other_key_variable)
        variable = next((name for name in names if environ.get(name, "").strip()), self.key_variable)
        if self.needs_key:
            return api_key(environ, variable)
        key = environ.get(variable, "").strip()
        return checked_key(key, variable) if key else ""


_ROUTED = "Write openrouter/ORG/NAME, or openrouter/ORG/NAME@UPSTREAM to pin who answers."
_CHAT = ChatCompletions()
_CHAT_ALONE = ChatCompletions(frozenset({Mode.CHAT}))

OPENAI = Vendor(
    "openai",
    "OpenAI, Chat Completions",
    _CHAT,
    url="https://api.openai.com/v1",
    url_variable="OPENAI_BASE_URL",
    key_variable="OPENAI_API_KEY",
    batches=OpenAIBatches(),
)
OPENAI_RESPONSES = replace(OPENAI, name="openai-responses", about="OpenAI, Responses", format=Responses())
AZURE = Vendor(
    "azure",
    "Azure OpenAI, Chat Completions; NAME is the deployment",
    _CHAT_ALONE,
    url_variable="AZURE_OPENAI_ENDPOINT",
    key_variable="AZURE_OPENAI_API_KEY",
    key_header="api-key",
    path="/openai/v1",
)
ANTHROPIC = Vendor(
    "anthropic",
    "Anthropic, Messages",
    Messages(),
    url="https://api.anthropic.com",
    url_variable="ANTHROPIC_BASE_URL",
    key_variable="ANTHROPIC_API_KEY",
    key_header="x-api-key",
    path="/v1",
    headers={"anthropic-version": ANTHROPIC_VERSION},
    batches=AnthropicBatches(),
)
GOOGLE = Vendor(
    "google",
    "Google Gemini, generateContent",
    GenerateContent(),
    url="https://generativelanguage.googleapis.com",
    url_variable="GOOGLE_GEMINI_BASE_URL",
    key_variable="GEMINI_API_KEY",
    other_key_variable="GOOGLE_API_KEY",
    key_header="x-goog-api-key",
    path="/v1beta",
    batches=GeminiBatches(),
)
DEEPSEEK = Vendor(
    "deepseek",
    "DeepSeek",
    _CHAT_ALONE,
    url="https://api.deepseek.com",
    url_variable="DEEPSEEK_BASE_URL",
    key_variable="DEEPSEEK_API_KEY",
)
OPENROUTER = Vendor(
    "openrouter",
    "OpenRouter; NAME@UPSTREAM pins who answers",
    _CHAT,
    url="https://openrouter.ai/api/v1",
    url_variable="OPENROUTER_BASE_URL",
    key_variable="OPENROUTER_API_KEY",
    router=True,
)
MISTRAL = Vendor(
    "mistral",
    "Mistral",
    _CHAT_ALONE,
    url="https://api.mistral.ai/v1",
    url_variable="MISTRAL_BASE_URL",
    key_variable="MISTRAL_API_KEY",
)
XAI = Vendor(
    "xai",
    "xAI",
    _CHAT_ALONE,
    url="https://api.x.ai/v1",
    url_variable="XAI_BASE_URL",
    key_variable="XAI_API_KEY",
)
COMPATIBLE = Vendor(
    "openai-compatible",
    "any server with Chat Completions (LM Studio, TGI, a gateway)",
    _CHAT,
    key_variable="OPENAI_COMPATIBLE_API_KEY",
    needs_key=False,
    own_server=True,
)
OLLAMA = Vendor(
    "ollama",
    "an Ollama server",
    Ollama(),
    url="http://127.0.0.1:11434",
    url_variable="OLLAMA_HOST",
    key_variable="OLLAMA_API_KEY",
    needs_key=False,
    path="/api",
    read_url=ollama_address,
    own_server=True,
)
_SERVER = replace(COMPATIBLE, path="/v1")
VLLM = replace(
    _SERVER, name="vllm", about="a vLLM server", url="http://127.0.0.1:8000", key_variable="VLLM_API_KEY"
)
SGLANG = replace(
    _SERVER,
    name="sglang",
    about="an SGLang server",
    url="http://127.0.0.1:30000",
    key_variable="SGLANG_API_KEY",
)
LLAMA_SERVER = replace(
    _SERVER,
    name="llama-server",
    about="llama.cpp's own server",
    url="http://127.0.0.1:8080",
    key_variable="LLAMA_API_KEY",
)

VENDORS: Mapping[str, Vendor] = {
    vendor.name: vendor
    for vendor in (
        OPENAI,
        OPENAI_RESPONSES,
        AZURE,
        ANTHROPIC,
        GOOGLE,
        DEEPSEEK,
        OPENROUTER,
        MISTRAL,
        XAI,
        OLLAMA,
        VLLM,
        SGLANG,
        LLAMA_SERVER,
        COMPATIBLE,
    )
}
