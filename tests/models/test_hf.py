"""Transformers in this process, on models made here: one that writes a known text, one of random weights."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from provider_script import request

from bench.errors import DataError, Fault, ProviderError, UsageError
from bench.models import hf
from bench.models.hf_loaded import Row
from bench.protocols import ModelContext
from bench.registry import load_model
from bench.testing import check_model
from bench.types import Form, Message, Mode, Stop, Usage

SPECIALS = ("<end>", "<user>", "<bot>")
WRITTEN = "def(x):\n#STOP"
"""What the known model answers: each character leads to the next one."""
TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
    "<user>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<bot>{% endif %}"
)
WINDOW = 256


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"pip install 'evenbench\[transformers\]'"):
        load_model("hf/org/name", ModelContext())


def test_importing_the_adapter_does_not_load_the_library() -> None:
    code = "import sys, bench.models.hf; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "place", "gguf", "revision"),
    [
        ("org/name", "org/name", "", ""),
        ("org/name@v1.0", "org/name", "", "v1.0"),
        ("org/name/q4.gguf@main", "org/name", "q4.gguf", "main"),
    ],
)
def test_a_name_says_which_repository_file_and_revision(
    name: str, place: str, gguf: str, revision: str
) -> None:
    source = hf.source_of(name, ModelContext(environ={"HF_TOKEN": "hf_planted"}))
    assert (source.place, source.gguf, source.revision) == (place, gguf, revision)
    assert source.options()["token"] == "hf_planted"
    assert "hf_planted" not in repr(source)


def test_a_path_where_nothing_is_is_not_asked_for_at_the_hub() -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        hf.source_of("./not/here", ModelContext())


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = [*SPECIALS, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    core = Tokenizer(models.BPE({letter: n for n, letter in enumerate(letters)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<end>",
        additional_special_tokens=list(SPECIALS[1:]),
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=True,
    )


def _save(folder: Path, *, known: bool) -> Path:
    """A model of one layer: with ``known``, what is written hangs on the last token alone."""
    torch = pytest.importorskip("torch", reason="the extra 'transformers' is not installed")
    transformers = pytest.importorskip("transformers", reason="the extra 'transformers' is not installed")
    tokenizer = _tokenizer()
    size = len(tokenizer) + len(tokenizer) % 2
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=size,
        hidden_size=size if known else 32,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=1,
        max_position_embeddings=WINDOW,
        eos_token_id=0,
        initializer_range=0.5,
    )
    model = transformers.LlamaForCausalLM(config)
    if known:
        with torch.no_grad():
            model.model.embed_tokens.weight.copy_(torch.eye(size))
            model.model.layers[0].self_attn.o_proj.weight.zero_()
            model.model.layers[0].mlp.down_proj.weight.zero_()
            model.lm_head.weight.zero_()
            chain = [2, *tokenizer(WRITTEN)["input_ids"], 0]
            for token, follows in itertools.pairwise(chain):
                model.lm_head.weight[follows, token] = 1.0
    # Settings such as these come with many models, and none may have a say.
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=0,
        do_sample=True,
        temperature=9.0,
        top_k=3,
        repetition_penalty=5.0,
        no_repeat_ngram_size=1,
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _save(tmp_path_factory.mktemp("known"), known=True)


@pytest.fixture(scope="module")
def known(folder: Path) -> Any:
    return load_model(f"hf/{folder}", ModelContext(concurrency=1))


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _save(tmp_path_factory.mktemp("random"), known=False)


def test_an_answer_is_greedy_whatever_settings_came_with_the_model(known: Any) -> None:
    completion = known.generate(request("hi", max_tokens=40, effort="high"))
    assert (completion.text, completion.stop) == (WRITTEN, Stop.END)
    assert completion.usage == Usage(input_total=4, output_total=len(WRITTEN) + 1)
    assert completion.sent == {"max_tokens": 40, "temperature": 0.0}
    assert (completion.dropped, completion.cost_microusd) == (("effort",), 0)
    assert json.loads(completion.raw_request)["prompt"] == "<user>hi<bot>"
    assert json.loads(completion.raw_reply)["text"] == WRITTEN + "<end>"


def test_an_answer_that_was_cut_says_so(known: Any) -> None:
    completion = known.generate(request("hi", max_tokens=5))
    assert (completion.text, completion.stop) == (WRITTEN[:5], Stop.LENGTH)
    assert completion.usage.output_total == 5


def test_a_stop_ends_the_answer_and_is_not_in_it(known: Any) -> None:
    completion = known.generate(request("hi", max_tokens=40, stop=("\n#", "STOP")))
    assert (completion.text, completion.stop) == ("def(x):", Stop.END)
    assert completion.usage.output_total == len("def(x):\n#"), "it was not written to its end"


def test_a_stop_in_the_prompt_stops_nothing(known: Any) -> None:
    assert known.generate(request("STOP", max_tokens=40, stop=("STOP",))).text == "def(x):\n#"


def test_raw_text_is_gone_on_with(known: Any) -> None:
    completion = known.generate(request("ab d", mode=Mode.COMPLETE, max_tokens=3))
    assert (completion.text, completion.form) == ("ef(", Form.CONTINUATION)
    assert json.loads(completion.raw_request)["prompt"] == "ab d"


def test_what_does_not_fit_the_context_is_a_fault_before_anything_is_written(
    known: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "_gatherer", None)
    with pytest.raises(ProviderError, match=f"do not fit {WINDOW}") as caught:
        known.generate(request("x" * (WINDOW - 10), max_tokens=20))
    assert (caught.value.fault, caught.value.retryable) == (Fault.CONTEXT_OVERFLOW, False)
    with pytest.raises(ProviderError, match=f"do not fit {WINDOW}"):
        known.generate(request("x" * WINDOW))


def test_a_limit_nobody_asked_for_is_what_is_left_and_is_recorded(known: Any) -> None:
    assert known.generate(request("hi")).sent["max_tokens"] == WINDOW - 4


def test_messages_that_the_template_refuses_are_the_requests_fault(known: Any) -> None:
    asked = request("hi")
    with pytest.raises(ProviderError, match="no system here") as caught:
        known.generate(replace(asked, messages=(Message("system", "Be brief."), *asked.messages)))
    assert caught.value.fault is Fault.INVALID_REQUEST


def test_a_base_model_cannot_chat_and_says_how_to_ask_it(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if file.name != "chat_template.jinja":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    model = hf.make(str(tmp_path), ModelContext())
    with pytest.raises(ProviderError, match="--mode complete"):
        model.generate(request("hi"))
    assert model.generate(request("d", mode=Mode.COMPLETE, max_tokens=2)).text == "ef"


def test_it_holds_to_the_rules_of_adapters(folder: Path) -> None:
    check_model(lambda: hf.make(str(folder), ModelContext()))


ASKED = (
    request("a", max_tokens=30),
    request("a much longer one than that", max_tokens=9),
    request("drawn", max_tokens=25, temperature=0.8, seed=3),
    request("drawn too", max_tokens=25, temperature=2.0, seed=4, stop=("e", "t", "a")),
)


def test_who_shares_a_call_does_not_change_an_answer(random_folder: Path) -> None:
    """Left padding, limits, stops, temperatures and seeds are each row's own."""
    alone = hf.make(str(random_folder), ModelContext(concurrency=1))
    expected = [alone.generate(asked) for asked in ASKED]
    assert len({one.text for one in expected}) == len(ASKED)
    together = hf.make(str(random_folder), ModelContext(concurrency=len(ASKED)))
    calls = _counted(together)
    with ThreadPoolExecutor(len(ASKED)) as pool:
        answers = list(pool.map(together.generate, ASKED))
    assert calls == [len(ASKED)]
    assert [(one.text, one.stop, one.usage) for one in answers] == [
        (one.text, one.stop, one.usage) for one in expected
    ]


def _counted(model: Any) -> list[int]:
    """How many rows each call to the model had, and will have."""
    loaded, calls = model._load(), []
    real = loaded.model.generate

    def generate(*, input_ids: Any, **rest: Any) -> Any:
        calls.append(len(input_ids))
        return real(input_ids=input_ids, **rest)

    loaded.model.generate = generate
    return calls


def test_a_seed_decides_what_is_drawn(random_folder: Path) -> None:
    model = hf.make(str(random_folder), ModelContext(concurrency=1))

    def text(**params: Any) -> str:
        return str(model.generate(request("x", max_tokens=20, **params)).text)

    assert text(temperature=1.0, seed=1) == text(temperature=1.0, seed=1)
    assert text(temperature=1.0, seed=1) != text(temperature=1.0, seed=2)
    assert len({text(temperature=1.0) for _ in range(8)}) > 1, "without a seed no draw is like the one before"
    assert text(temperature=0.001, seed=1) == text()


def test_memory_that_does_not_do_for_all_does_for_fewer(
    random_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    model = hf.make(str(random_folder), ModelContext(concurrency=4))
    loaded = model._load()
    real, sizes = loaded.model.generate, []

    def generate(*, input_ids: Any, **rest: Any) -> Any:
        sizes.append(len(input_ids))
        if len(input_ids) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(input_ids=input_ids, **rest)

    loaded.model.generate = generate
    with ThreadPoolExecutor(4) as pool:
        texts = [one.text for one in pool.map(model.generate, [ASKED[0]] * 4)]
    assert len(set(texts)) == 1
    assert sizes == [4, 2, 1, 1, 2, 1, 1]


def test_memory_that_does_not_do_for_one_is_a_fault_and_no_crash(folder: Path) -> None:
    model = hf.make(str(folder), ModelContext())
    loaded = model._load()
    real = loaded.model.generate

    def full(**_rest: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    loaded.model.generate = full
    with pytest.raises(ProviderError, match="out of memory") as caught:
        model.generate(request("hi"))
    assert caught.value.fault is Fault.SERVER
    loaded.model.generate = real
    assert model.generate(request("hi")).text == WRITTEN


def test_an_indentation_is_kept_and_spaces_are_not_tidied(known: Any) -> None:
    """Tokenizers of SentencePiece's kind drop the first space, others tidy " ." to ".": both spoil code."""
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    pieces = ["<end>", "▁f:", "▁return", "▁.", "▁,"]
    core = Tokenizer(models.WordLevel({piece: n for n, piece in enumerate(pieces)}, unk_token="<end>"))
    core.decoder = decoders.Metaspace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token="<end>", clean_up_tokenization_spaces=True
    )
    loaded = replace(known._load(), tokenizer=tokenizer)
    assert loaded.read(Row((1,), limit=4), (2, 3, 4, 0)) == (" return . ,", Stop.END)


def test_the_served_model_names_what_the_folder_holds(folder: Path, tmp_path: Path) -> None:
    def served(at: Path) -> str:
        return str(hf.make(str(at), ModelContext()).generate(request("hi", max_tokens=1)).served_model)

    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    name, _, digest = served(folder).partition("@sha256:")
    assert (name, served(tmp_path)) == (folder.name, f"{tmp_path.name}@sha256:{digest}")
    (tmp_path / "tokenizer_config.json").write_text(
        (tmp_path / "tokenizer_config.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    assert served(tmp_path) != f"{tmp_path.name}@sha256:{digest}"


def test_code_that_comes_with_a_model_is_not_run(folder: Path, tmp_path: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "unheard-of", "auto_map": {"AutoConfig": "evil.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    with pytest.raises(DataError, match="contains custom code"):
        hf.make(str(tmp_path), ModelContext())
    assert not (tmp_path / "ran").exists()


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def _hub(folder: Path, seen: list[str]) -> Iterator[str]:
    """A server with the hub's file protocol: HEAD tells commit, size and tag, GET brings the file."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            seen.append(self.path)
            revision, _, name = self.path.partition("/resolve/")[2].partition("/")
            found = revision in ("v1.0", COMMIT) and (folder / name).is_file()
            data = (folder / name).read_bytes() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("content-length", str(len(data)))
            self.send_header("x-repo-commit", COMMIT)
            self.send_header("etag" if found else "x-error-code", f'"{name}"' if found else "EntryNotFound")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_GET = do_HEAD = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()
    thread.join()


ASK_HUB = """
import sys
import threading
from bench.models import hf
from bench.protocols import ModelContext
from bench.types import Message, Params, Request, SampleKey
model = hf.make("org/known@v1.0", ModelContext())
done = model.generate(Request(SampleKey("s", "p", "m", 0), (Message("user", "hi"),), Params(max_tokens=40)))
sys.stdout.write(done.served_model + " " + done.text)
"""


def test_a_hubs_model_is_pinned_to_the_commit_it_had_when_it_was_made(folder: Path, tmp_path: Path) -> None:
    seen: list[str] = []
    with _hub(folder, seen) as url:
        environ = {**os.environ, "HF_ENDPOINT": url, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"}
        done = subprocess.run(
            [sys.executable, "-c", ASK_HUB], capture_output=True, text=True, env=environ, check=False
        )
    assert done.stdout == f"org/known@{COMMIT} {WRITTEN}", done.stderr[-2000:]
    loaded = [path for path in seen if "model.safetensors" in path]
    assert loaded
    assert all(f"/resolve/{COMMIT}/" in path for path in loaded)
