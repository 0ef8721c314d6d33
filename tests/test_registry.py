"""Plug-ins by entry point, module and file; each way of being broken is told apart and named."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from bench import registry
from bench.errors import PluginError, UsageError
from bench.protocols import Model, ModelContext, SandboxOptions
from bench.types import Message, Request, SampleKey

ROOT = Path(__file__).parent.parent
REQUEST = Request(SampleKey("s", "p", "m", 0), (Message("user", "hi"),))

CLASS = """
from bench.types import Completion

class Mine:
    name = "mine"

    def generate(self, request, /):
        return Completion(request.messages[-1].text)
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Any:
    def write(text: str, attr: str = "Mine") -> str:
        (tmp_path / "mine.py").write_text(text)
        return f"{tmp_path}/mine.py:{attr}"

    return write


def entries(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    found = [EntryPoint(name, value, "bench.models") for name, value in values.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: found if group == "bench.models" else [])


def test_a_class_in_a_file_is_a_model(plugin: Any) -> None:
    model = registry.load_model(plugin(CLASS), ModelContext())
    assert isinstance(model, Model)
    assert model.generate(REQUEST).text == "hi"


@pytest.mark.parametrize("form", ["./mine.py:Mine", "mine.py:Mine", "~/mine.py:Mine"])
def test_a_file_is_found_from_here_and_from_home(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    plugin(CLASS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert registry.load_model(form, ModelContext()).name == "mine"


def test_a_factory_gets_the_name_and_the_context(plugin: Any) -> None:
    text = CLASS + "\ndef make(name, context):\n    m = Mine()\n    m.seen = name, context\n    return m\n"
    context = ModelContext(timeout_s=3.0)
    spec = plugin(text, "make")
    assert registry.load_model(spec, context).seen == (spec, context)  # type: ignore[attr-defined]


def test_an_instance_is_taken_as_it_is(plugin: Any) -> None:
    assert registry.load_model(plugin(CLASS + "\nready = Mine()\n", "ready"), ModelContext()).name == "mine"


def test_a_module_attribute_is_a_model(plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(CLASS)
    (tmp_path / "mine.py").rename(tmp_path / "some_installed_module.py")
    monkeypatch.syspath_prepend(tmp_path)
    assert registry.load_model("some_installed_module:Mine", ModelContext()).name == "mine"


def test_an_entry_point_gets_what_stands_behind_its_slash(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin(CLASS + "\ndef make(name, context):\n    m = Mine()\n    m.name = name\n    return m\n")
    (tmp_path / "mine.py").rename(tmp_path / "mine_by_entry.py")
    monkeypatch.syspath_prepend(tmp_path)
    entries(monkeypatch, acme="mine_by_entry:make", broken="no_such_module_here:x")
    assert registry.load_model("acme/a/b:c@http://x", ModelContext()).name == "a/b:c@http://x"
    assert registry.model_names() == ["acme", "broken"]


def test_a_broken_plug_in_is_an_error_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    entries(monkeypatch, broken="no_such_module_here:x", other="json:dumps")
    with pytest.raises(PluginError, match=r"broken.*no_such_module_here") as caught:
        registry.load_model("broken/x", ModelContext())
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"unknown model 'opnai'\s+Did you mean 'openai'\?.*anthropic"):
        registry.load_model("opnai/gpt-5", ModelContext())


def test_the_built_in_models_are_entry_points() -> None:
    expected = {"anthropic", "llamacpp", "openai", "openai-compatible", "reference", "replay"}
    assert expected <= set(registry.model_names())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os\n1 / 0\n", "line 2: ZeroDivisionError"),
        ("def broken(:\n", "SyntaxError"),
        ("raise SystemExit(3)\n", "SystemExit"),
        ("from bench.types import Completion\n", "names no attribute"),
        ("Mine = 3\n", "neither a class nor a factory"),
        (
            "class Mine:\n    name = 'x'\n    def __init__(self, key): pass\n    def generate(self, r): ...",
            "made",
        ),
        ("class Mine:\n    def generate(self, r): ...", "has no name"),
        ("class Mine:\n    name = ''\n    def generate(self, r): ...", "has no name"),
        ("class Mine:\n    name = 'x'\n    async def generate(self, r): ...", "not async"),
        ("def Mine(name, context):\n    return 'text'", "not a model: str has no generate"),
        ("def Mine(name, context):\n    raise KeyError('k')", "KeyError"),
    ],
)
def test_each_way_of_being_broken_is_named(plugin: Any, text: str, message: str) -> None:
    with pytest.raises(PluginError, match=re.escape(message)):
        registry.load_model(plugin(text), ModelContext())


def test_a_usage_error_of_a_factory_passes_through(plugin: Any) -> None:
    text = "from bench.errors import UsageError\ndef Mine(name, context):\n    raise UsageError('no key')\n"
    with pytest.raises(UsageError, match=r"^no key$"):
        registry.load_model(plugin(text), ModelContext())


def test_a_missing_file_or_module_is_named() -> None:
    with pytest.raises(UsageError, match=r"none\.py does not exist"):
        registry.load_model("./none.py:Mine", ModelContext())
    with pytest.raises(PluginError, match="no_such_module_here"):
        registry.load_model("no_such_module_here:Mine", ModelContext())


def test_two_plug_ins_with_one_name_are_not_chosen_between(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [EntryPoint("twin", value, "bench.models") for value in ("a:x", "b:x")]
    monkeypatch.setattr(registry, "entry_points", lambda group: found)
    with pytest.raises(PluginError, match="a:x, b:x"):
        registry.load_model("twin/x", ModelContext())


def test_judges_and_sandboxes_are_checked_too(plugin: Any) -> None:
    text = (
        "class Judge:\n    version = 'x@1'\n    def jobs(self, p, c, /): ...\n"
        "    def verdict(self, p, e, /): ...\n"
        "def sandbox(options):\n    return options\n"
    )
    assert registry.load_judge(plugin(text, "Judge")).version == "x@1"
    with pytest.raises(PluginError, match="not a sandbox: SandboxOptions has no run, describe, close"):
        registry.load_sandbox(plugin(text, "sandbox"), SandboxOptions(slots=1))
    with pytest.raises(UsageError, match="unknown sandbox 'dokcer'"):
        registry.load_sandbox("dokcer", SandboxOptions(slots=1))


def test_a_sandbox_says_before_it_is_made_which_languages_it_runs(plugin: Any) -> None:
    text = (
        "class Node:\n    languages = {'javascript', 'java'}\n"
        "    def __init__(self, options):\n        raise RuntimeError('made')\n"
        "class Silent:\n    pass\n"
        "class Text:\n    languages = 'java'\n"
        "class Late:\n    @property\n    def languages(self):\n        return {'java'}\n"
    )
    assert registry.languages_of(plugin(text, "Node")) == {"javascript", "java"}
    assert registry.languages_of(plugin(text, "Silent")) == {"python"}
    for engine in ("docker", "docker:runsc", "podman", "bubblewrap"):
        assert registry.languages_of(engine) == {"python"}
    for name, kind in (("Text", "str"), ("Late", "property")):
        with pytest.raises(PluginError, match=f"its languages are {kind}, not a set of names"):
            registry.languages_of(plugin(text, name))


def test_nothing_is_loaded_but_what_is_asked_for() -> None:
    code = (
        "import sys; from bench import registry; from bench.protocols import ModelContext\n"
        "registry.load_model('reference', ModelContext())\n"
        "heavy = {'httpx', 'xllamacpp', 'docker', 'genai_prices', 'bench.models.anthropic'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
