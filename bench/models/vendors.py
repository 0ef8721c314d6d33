"""Who answers: where a vendor is reached, which key it takes, and which wire format it speaks.

A vendor is an entry of this table and an entry point; what its models take is in ``capabilities``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.errors import UsageError
from bench.models.anthropic import VERSION as ANTHROPIC_VERSION
from bench.models.anthropic import Messages
from bench.models.http import Client, api_key, checked_key, checked_url, required_name
from bench.models.openai_chat import ChatCompletions
from bench.models.wire import Format, WireModel
from bench.protocols import ModelContext


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
    needs_key: bool = True
    key_header: str = "authorization"
    path: str = ""
    """What the address ends in, whether or not the user wrote it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    own_server: bool = False
    """Whether the user runs it: its address may stand behind the name, nobody sends a bill."""

    def __call__(self, name: str, context: ModelContext, /) -> WireModel:
        """Raises UsageError for a missing name, key or address."""
        required_name(name, self.name)
        model, address, origin = self._located(name, context.environ)
        key = self._key(context.environ)
        sent = f"Bearer {key}" if self.key_header == "authorization" else key
        client = Client(
            checked_url(address, origin).removesuffix(self.path) + self.path,
            timeout_s=context.timeout_s,
            concurrency=context.concurrency,
            headers={**self.headers, **({self.key_header: sent} if key else {})},
            key=key,
        )
        return WireModel(
            f"{self.name}/{name}", model=model, client=client, format=self.format, provider=self.name
        )

    def _located(self, name: str, environ: Mapping[str, str]) -> tuple[str, str, str]:
        """The model's own name, the address, and where the user gave that."""
        model, at, address = name.rpartition("@http")
        if self.own_server and at and model:
            return model, f"http{address}", f"{self.name}/{model}"
        told = environ.get(self.url_variable, "").strip() or self.url
        if told:
            return name, told, self.url_variable
        hint = f"Write NAME@URL, for example {self.name}/qwen2.5-coder:7b@http://127.0.0.1:11434/v1."
        if self.url_variable:
            hint = f"export {self.url_variable}=https://..."
        raise UsageError(f"{self.name}/{name}: no address is given", hint=hint)

    def _key(self, environ: Mapping[str, str]) -> str:
        if self.needs_key:
            return api_key(environ, self.key_variable)
        key = environ.get(self.key_variable, "").strip()
        return checked_key(key, self.key_variable) if key else ""


OPENAI = Vendor(
    "openai",
    "OpenAI, Chat Completions",
    ChatCompletions(),
    url="https://api.openai.com/v1",
    url_variable="OPENAI_BASE_URL",
    key_variable="OPENAI_API_KEY",
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
)
COMPATIBLE = Vendor(
    "openai-compatible",
    "any server with Chat Completions (LM Studio, TGI, a gateway)",
    ChatCompletions(),
    key_variable="OPENAI_COMPATIBLE_API_KEY",
    needs_key=False,
    own_server=True,
)

VENDORS: Mapping[str, Vendor] = {vendor.name: vendor for vendor in (OPENAI, ANTHROPIC, COMPATIBLE)}
