"""Money is whole micro-dollars, rounded up; an unknown price is None and never 0; nothing is fetched.

Every sum here was made by hand from the prices in the test or, for the library's, from those named beside it.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.models import anthropic, gemini, openai_chat, openai_responses, prices
from bench.models.vendors import VENDORS
from bench.types import Json, Usage

USAGE = Usage(input_total=1000, input_cached=100, output_total=1000)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

TABLE = """
[[price]]
provider = "acme"
model = "m-1"
from = 2026-01-01
input = 1.0
output = 2.0

[[price]]
provider = "acme"
model = "m-1"
from = 2026-06-01
until = 2026-09-30
input = 0.5
cached_input = 0.05
output = 2.000001
batch = 0.4
source = "here"

[[price.above]]
input_tokens = 200_000
input = 1
cached_input = 0.1
output = 3
"""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a price must not open a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def own(tmp_path: Path) -> prices.PriceList:
    """The list of a user who has a price file."""
    path = tmp_path / "p.toml"
    path.write_text(TABLE)
    return prices.listed({"BENCH_PRICES": str(path)})


def cost(provider: str, model: str, usage: Usage | None, **options: bool) -> int | None:
    return prices.built_in().cost(provider, model, usage, at=NOW, **options)


def test_known_models_cost_what_the_library_says() -> None:
    # gpt-5: 1.25 dollars a million in, 0.125 cached, 10 out.
    assert cost("openai", "gpt-5-2025-08-07", USAGE) == 11_138


BY_VENDOR = {
    "anthropic": ("claude-opus-5-5", "claude-fable-5-2", "claude-sonnet-5-5", "claude-haiku-5-5"),
    "azure": ("gpt-5.5",),
    "deepseek": ("deepseek-v4-pro", "deepseek-v4-flash"),
    "google": ("gemini-3.8-flash",),
    "mistral": ("mistral-large-latest", "codestral-latest"),
    "openai": ("gpt-6-astra", "gpt-6.1-sol", "gpt-5.5", "gpt-5.4"),
    "openai-responses": ("gpt-6-astra", "gpt-5.5"),
    "openrouter": ("deepseek/deepseek-v4-pro", "openai/gpt-6-astra"),
    "xai": ("grok-4.5",),
}


def test_every_vendor_that_sends_bills_has_a_price_for_a_model_of_today() -> None:
    assert BY_VENDOR.keys() == {name for name, vendor in VENDORS.items() if vendor.bills}
    unknown = [
        (vendor, model)
        for vendor, models in BY_VENDOR.items()
        for model in models
        if not cost(vendor, model, USAGE)
    ]
    assert unknown == []


def test_own_servers_are_free_but_for_one_that_may_be_anybodys() -> None:
    own = {name for name, vendor in VENDORS.items() if not vendor.bills}
    assert own - {"openai-compatible"} <= prices.FREE
    assert not prices.FREE & {name for name, vendor in VENDORS.items() if vendor.bills}


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-99"),
        ("openai", "gpt-6.2-sol"),
        ("openai-compatible", "gpt-5"),
        ("nobody", "m"),
        ("google", "gemma-3-27b-it"),  # the library knows it, without a price
        ("openai", "text-embedding-3-small"),  # no price of output
    ],
)
def test_an_unknown_price_is_none(provider: str, model: str) -> None:
    assert cost(provider, model, USAGE) is None
    assert prices.built_in().worst(provider, model, input_tokens=10, output_tokens=10) is None


@pytest.mark.parametrize(
    "usage",
    [None, Usage(), Usage(input_total=5), Usage(input_total=5, input_cached=6, output_total=1)],
)
def test_unknown_tokens_cost_an_unknown_amount(usage: Usage | None, own: prices.PriceList) -> None:
    assert cost("openai", "gpt-5", usage) is None
    assert own.cost("acme", "m-1", usage, at=NOW) is None


def test_own_hardware_is_free() -> None:
    assert cost("llamacpp", "any", None) == 0


def test_what_is_free_says_so() -> None:
    assert cost("openrouter", "qwen/qwen3-coder:free", USAGE) == 0


# gpt-6-astra: 10 in, 1 cached, 12.5 written, 50 out; 400 plain, 500 cached, 100 written, 200 out.
ASTRA = 400 * 10 + 500 * 1 + 1250 + 200 * 50
CONVENTIONS: dict[str, tuple[str, str, Usage | None, int]] = {
    "chat: cached and written inside the prompt, reasoning inside the completion": (
        "openai",
        "gpt-6-astra",
        openai_chat.read_usage(
            {
                "prompt_tokens": 1000,
                "completion_tokens": 200,
                "prompt_tokens_details": {"cached_tokens": 500, "cache_write_tokens": 100},
                "completion_tokens_details": {"reasoning_tokens": 150},
            }
        ),
        ASTRA,
    ),
    "responses: other names, the same meaning": (
        "openai-responses",
        "gpt-6-astra",
        openai_responses.read_usage(
            {
                "input_tokens": 1000,
                "output_tokens": 200,
                "input_tokens_details": {"cached_tokens": 500, "cache_write_tokens": 100},
                "output_tokens_details": {"reasoning_tokens": 150},
            }
        ),
        ASTRA,
    ),
    "messages: cached and written outside the input, thinking inside the output": (
        # claude-opus-5-5: 4 in, 0.2 cached, 5 written, 20 out.
        "anthropic",
        "claude-opus-5-5",
        anthropic.read_usage(
            {
                "input_tokens": 400,
                "cache_read_input_tokens": 500,
                "cache_creation_input_tokens": 100,
                "output_tokens": 200,
                "output_tokens_details": {"thinking_tokens": 150},
            }
        ),
        400 * 4 + 100 + 100 * 5 + 200 * 20,
    ),
    "gemini: cached inside the prompt, thoughts outside the candidates": (
        # gemini-3.8-flash: 0.75 in, 0.075 cached, 3.75 out.
        "google",
        "gemini-3.8-flash",
        gemini.read_usage(
            {
                "promptTokenCount": 1000,
                "cachedContentTokenCount": 600,
                "candidatesTokenCount": 40,
                "thoughtsTokenCount": 160,
                "totalTokenCount": 1200,
            }
        ),
        300 + 45 + 750,
    ),
    "deepseek: hits and misses of the cache under names of their own": (
        # deepseek-v4-pro at noon: 0.66 in, 0.022 cached, 1.98 out.
        "deepseek",
        "deepseek-v4-pro",
        openai_chat.read_usage(
            {
                "prompt_tokens": 1000,
                "completion_tokens": 100,
                "prompt_cache_hit_tokens": 500,
                "prompt_cache_miss_tokens": 500,
                "completion_tokens_details": {"reasoning_tokens": 60},
            }
        ),
        330 + 11 + 198,
    ),
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_tokens_are_charged_once_whatever_the_vendor_calls_them(convention: str) -> None:
    provider, model, usage, expected = CONVENTIONS[convention]
    assert cost(provider, model, usage) == expected


@pytest.mark.parametrize(
    ("input_tokens", "expected"),
    # gpt-5.5: 5 in and 30 out; above 272,000 tokens of input 10 and 45, for all of them.
    [(272_000, 272_000 * 5 + 30_000), (272_001, 272_001 * 10 + 45_000)],
)
def test_long_prompts_are_dearer_as_a_whole(input_tokens: int, expected: int) -> None:
    assert cost("openai", "gpt-5.5", Usage(input_total=input_tokens, output_total=1000)) == expected


def test_an_hour_of_the_day_may_be_dearer() -> None:
    # deepseek-v4-pro is twice as dear from 6 to 10: 1.32 in, 3.96 out.
    usage = Usage(input_total=1000, output_total=1000)
    table = prices.built_in()
    assert table.first_cost("deepseek", ["deepseek-v4-pro"], usage, at="2026-11-25T07:00:00+00:00") == 5280
    assert table.first_cost("deepseek", ["deepseek-v4-pro"], usage, at="2026-11-25T12:00:00+00:00") == 2640
    assert table.worst("deepseek", "deepseek-v4-pro", input_tokens=1000, output_tokens=1000) == 5280


def test_the_worst_takes_a_vendor_to_write_its_cache_unasked() -> None:
    # gpt-6-astra: 12.5 for written input, 50 out.
    worst = prices.built_in().worst("openai", "gpt-6-astra", input_tokens=1000, output_tokens=100)
    assert worst == 12_500 + 5_000


def test_a_batch_costs_half() -> None:
    # gpt-5.5 in batches: 2.5 in, 15 out, by the library. It has no such price for deepseek: half.
    usage = Usage(input_total=1000, output_total=1000)
    assert cost("openai", "gpt-5.5", usage, batch=True) == 17_500
    assert cost("deepseek", "deepseek-v4-pro", usage, batch=True) == 1320


@pytest.mark.parametrize(
    ("month", "expected"),
    # Before June: 1000 x 1 + 1000 x 2, and again once the later price has ended.
    # Between: 900 x 0.5 + 100 x 0.05 + 1000 x 2.000001, rounded up.
    [(3, 3000), (8, 2456), (10, 3000)],
)
def test_the_price_of_the_day_counts(own: prices.PriceList, month: int, expected: int) -> None:
    at = datetime(2026, month, 1, tzinfo=UTC)
    assert own.cost("acme", "m-1-2026-05-01", USAGE, at=at) == expected
    assert own.cost("acme", "m-1", USAGE, at=datetime(2025, 1, 1, tzinfo=UTC)) is None


def test_a_price_file_has_tiers_and_batches(own: prices.PriceList) -> None:
    at = datetime(2026, 8, 1, tzinfo=UTC)
    at_most = Usage(input_total=200_000, output_total=1000)
    above = Usage(input_total=200_001, input_cached=1, output_total=1000)
    assert own.cost("acme", "m-1", at_most, at=at) == 100_000 + 2001
    assert own.cost("acme", "m-1", above, at=at) == 200_000 + 1 + 3000
    assert own.cost("acme", "m-1", at_most, at=at, batch=True) == 40_801


def test_the_users_price_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    entry = '[[price]]\n{}model = "{}"\nfrom = 2026-01-01\ninput = 1\noutput = 1\n'
    path.write_text(
        entry.format('provider = "openai"\n', "gpt-5.5")
        + entry.format('provider = "vllm"\n', "qwen")
        + entry.format("", "canned")
    )
    own = prices.listed({"BENCH_PRICES": str(path)})
    assert own.cost("openai", "gpt-5.5", USAGE, at=NOW) == 2000
    assert own.cost("openai", "gpt-5.4", USAGE, at=NOW) == cost("openai", "gpt-5.4", USAGE)
    assert own.cost("vllm", "qwen", USAGE, at=NOW) == 2000, "own hardware costs what its owner says"
    assert own.cost("vllm", "else", USAGE, at=NOW) == 0
    assert own.cost("canned", "", USAGE, at=NOW) == 2000, "a plug-in goes by its whole name"


def test_a_served_name_with_a_price_comes_before_the_one_asked_for(own: prices.PriceList) -> None:
    usage = Usage(input_total=1000, output_total=0)
    assert own.first_cost("openai", ["gpt-5.5-2026-04-23", "gpt-5"], usage) == 5000
    assert own.first_cost("openai", ["something-new", "gpt-5"], usage) == 1250
    assert own.first_cost("openai", ["", "gpt-5"], usage) == 1250


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[price]]\nmodel = "m"\nfrom = 2026-01-01\ninput = 1\n', "output"),
        ('[[price]]\nmodel = "m"\nfrom = 2026-01-01\ninput = 1\noutput = 1\ninptu = 2\n', "inptu"),
        ('[[price]]\nmodel = "m"\nfrom = 2026-01-01\ninput = -1\noutput = 1\n', "'m'"),
        ('[[price]]\nmodel = "m"\nfrom = 2026-01-01\ninput = nan\noutput = 1\n', "'m'"),
        ('[[price]]\nmodel = "m"\nfrom = "soon"\ninput = 1\noutput = 1\n', "from"),
        ("[[price]\n", "line 1"),
    ],
)
def test_a_bad_price_file_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"bad\.toml") as raised:
        prices.listed({"BENCH_PRICES": str(path)})
    assert said in raised.value.message
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        prices.listed({"BENCH_PRICES": str(tmp_path / "none.toml")})


def test_the_lock_learns_where_prices_come_from(own: prices.PriceList) -> None:
    described = own.described()
    assert described["library"] == "genai-prices"
    digests: list[Json] = [described["overrides_sha256"], described["own_sha256"]]
    assert [len(str(one)) for one in digests] == [64, 64]
    assert digests[0] != digests[1]
    assert prices.built_in().described()["own_sha256"] == ""


def test_the_file_in_the_manual_is_one(tmp_path: Path) -> None:
    manual = Path(__file__).parents[2] / "docs" / "money.md"
    path = tmp_path / "prices.toml"
    path.write_text(manual.read_text().split("```toml\n")[1].split("```")[0])
    own = prices.listed({"BENCH_PRICES": str(path)})
    long = Usage(input_total=272_001, output_total=0)
    at = datetime(2026, 11, 17, tzinfo=UTC)
    assert own.cost("openai", "gpt-9-2026-11-17", long, at=at) == 272_001 * 5


def test_our_own_file_names_its_sources() -> None:
    text = prices.OVERRIDES.read_text()
    entries = [line for line in text.splitlines() if line == "[[price]]"]
    assert text.count("\nsource = ") == len(entries) == len(prices.read(prices.OVERRIDES))
