"""docs/adapters.md is run: its files are written down as they stand there, its commands called."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_support import DOCS, commands, files

from bench.conformance import RULES
from bench.errors import Fault
from bench.models.vendors import VENDORS
from bench.registry import model_names
from bench.scripted import ScriptedServer, ServerReply, ServerRequest, chat_reply, scripted_server
from bench.types import EFFORTS

DOCUMENT = DOCS / "adapters.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
FILES = files(DOCUMENT)
SANDBOX = f"{Path(__file__).parents[1] / 'cli' / 'plugins.py'}:Sandbox"
KEY = "sk-0123456789abcdef"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def acme() -> Iterator[ScriptedServer]:
    with scripted_server(chat_reply) as server:
        yield server


def called(place: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ACME", "BENCH_"))}
    return subprocess.run(
        [sys.executable, "-c", "from bench.cli import main; main()", *arguments],
        cwd=place,
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
    )


def shown(start: str) -> list[str]:
    """The command of the document that begins so."""
    return next(words for words in commands(DOCUMENT) if " ".join(words).startswith(start))


def row(place: Path, run: str = "run") -> dict[str, str]:
    with (place / run / "leaderboard.csv").open(encoding="utf-8") as file:
        (only,) = csv.DictReader(file)
    return only


def test_a_useful_adapter_is_at_most_fifteen_lines() -> None:
    for name in ("mine.py", "inhouse.py", "bench_acme.py"):
        lines = [line for line in FILES[name].splitlines()[1:] if line.strip()]
        assert len(lines) <= 15, name


@pytest.mark.docker
@pytest.mark.slow
def test_the_worked_example_runs_as_it_stands(place: Path) -> None:
    """The command of the document, in Docker, with nothing faked."""
    result = called(place, *shown("run -m ./mine.py:Mine"), "-o", "run")
    assert result.returncode == 0, result.stderr
    found = row(place)
    assert (found["model"], found["samples_unmeasured"]) == ("mine", "0")
    assert found["params_sent"] == ""


@pytest.mark.parametrize("spec", ["./mine.py:Mine", "./shouting.py:make"])
def test_every_plain_file_runs_under_its_command(place: Path, spec: str) -> None:
    result = called(place, *shown(f"run -m {spec}"), "--sandbox", SANDBOX, "-o", "run")
    assert result.returncode == 0, result.stderr
    assert row(place)["samples_unmeasured"] == "0"


def test_the_context_of_a_factory_holds_the_environment(place: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import shouting; from bench.protocols import ModelContext as C"
    )
    code += "; print(shouting.make('x', C(environ={'SHOUT': '1'})).loud, shouting.make('x', C()).loud)"
    result = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True)
    assert result.stdout == "True False\n", result.stderr


def test_the_example_over_http_speaks_to_its_server(place: Path) -> None:
    def answer(request: ServerRequest) -> ServerReply:
        assert isinstance(request.json, dict)
        assert set(request.json) == {"question"}
        return ServerReply(200, {"text": "def add(a, b): return a + b"})

    with scripted_server(answer) as server:
        text = FILES["inhouse.py"]
        assert text.count("http://127.0.0.1:8080") == 1
        (place / "inhouse.py").write_text(text.replace("http://127.0.0.1:8080", server.url))
        checked = called(place, "models", "--check", "./inhouse.py:InHouse", "--conformance")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert {request.path for request in server.requests} == {"/answer"}


def install(place: Path) -> Path:
    """The example package as an installer leaves it: the module, and what its pyproject.toml says of it."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    site = place / "site"
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (site / "bench_acme.py").write_text(FILES["bench_acme.py"])
    lines = [f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"]
    (info / "METADATA").write_text("".join(lines))
    groups = project["entry-points"].items()
    text = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in groups
    )
    (info / "entry_points.txt").write_text(text)
    return site


def runs_by_its_name(place: Path, site: Path, acme: ScriptedServer) -> None:
    variables = {"PYTHONPATH": str(site), "ACME_BASE_URL": acme.url, "ACME_API_KEY": KEY}
    asked = [*shown("run -m acme/"), "--sandbox", SANDBOX, "-o", "run"]
    result = called(place, *asked, **variables)
    assert result.returncode == 0, result.stderr
    assert {request.headers["authorization"] for request in acme.requests} == {f"Bearer {KEY}"}
    found = row(place)
    assert (found["model"], found["served_model"]) == ("acme/acme-large", "scripted-1")
    listed = json.loads(called(place, "models", "--json", **variables).stdout)
    (entry,) = (one for one in listed if one["name"] == "acme")
    assert (entry["spelling"], entry["keys"]) == ("acme/NAME", {"ACME_API_KEY": True})
    assert called(place, *asked, "-o", "other", PYTHONPATH=str(site)).returncode == 2, "the key is needed"


def test_the_example_package_is_a_model_by_its_name(place: Path, acme: ScriptedServer) -> None:
    runs_by_its_name(place, install(place), acme)


@pytest.mark.slow
def test_the_example_package_installs_for_real(place: Path, acme: ScriptedServer) -> None:
    pytest.importorskip("setuptools", reason="setuptools is not installed: no package can be built")
    project, site = place / "project", place / "site"
    project.mkdir()
    for name in ("pyproject.toml", "bench_acme.py"):
        (project / name).write_text(FILES[name])
    arguments = ["install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", *arguments, str(project)], check=True)
    runs_by_its_name(place, site, acme)


def test_the_tests_of_the_document_pass_and_the_check_of_the_command_too(place: Path) -> None:
    install(place)
    environment = {**os.environ, "PYTHONPATH": str(place)}
    arguments = ["-q", "-p", "no:cacheprovider", "test_mine.py", "test_acme.py"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "2 passed" in result.stdout, result.stdout
    checked = called(place, *shown("models --check ./mine.py:Mine --conformance"))
    assert checked.returncode == 0, checked.stdout


def test_every_adapter_stands_in_the_table_with_its_key() -> None:
    table = TEXT.split("| MODEL |")[1].split("\n\n")[0]
    for name in model_names():
        assert f"`{name}/" in table or f"`{name}`" in table, name
    for vendor in VENDORS.values():
        (line,) = (line for line in table.splitlines() if f"| `{vendor.name}/" in line)
        for variable in (vendor.key_variable, vendor.other_key_variable):
            assert (
                f"`{variable}`" in line or not variable or (not vendor.needs_key and vendor.name == "ollama")
            )
        assert not vendor.url_variable or f"`{vendor.url_variable}`" in TEXT, vendor.url_variable


def test_every_rule_fault_and_effort_is_described() -> None:
    demands = TEXT.split("| rule |")[1].split("\n\n")[0]
    assert [line.split("`")[1] for line in demands.splitlines()[2:]] == list(RULES)
    faults = TEXT.split("| fault |")[1].split("\n\n")[0]
    assert {fault.name for fault in Fault if f"`{fault.name}`" not in faults} == set()
    assert ", ".join(f"`{level}`" for level in EFFORTS) in TEXT
