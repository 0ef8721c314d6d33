"""Where rows come from, and that they are the pinned ones wherever that is."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.datasets import Hub, Source, digest, load_rows, parse
from bench.errors import DataError

ROWS = [{"id": "b", "text": "zwei\u2028Zeilen", "n": 2**80}, {"id": "a", "text": "eins", "n": 1}]
FIELDS = Source(key="id", fields=("id", "text", "n"), records=2, sha256="", files=("mini.jsonl.gz",))
PINNED = Source(**{**{f: getattr(FIELDS, f) for f in FIELDS.__slots__}, "sha256": digest(ROWS, FIELDS)})


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCH_OFFLINE", raising=False)


def lines(rows: list[dict[str, object]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


@contextmanager
def serving(files: dict[str, bytes], headers: dict[str, str] | None = None) -> Iterator[str]:
    """A local server of a few paths; 404 with the hub's error code for all others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            body = files.get(path)
            self.send_response(404 if body is None else 200)
            if body is None:
                self.send_header("X-Error-Code", "EntryNotFound")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("ETag", f'"{len(body or b"")}-{path.rpartition("/")[2]}"')
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body or b"")

        do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def load(source: Source, *folders: Path) -> tuple[str, int]:
    rows = load_rows(source, name="mini", data=folders, say=lambda _: None)
    return rows.origin, len(rows.rows)


def with_(source: Source, **changes: object) -> Source:
    return Source(**{**{f: getattr(source, f) for f in source.__slots__}, **changes})


@pytest.mark.parametrize("file", ["mini.jsonl", "mini.jsonl.gz", "below/mini.jsonl"])
def test_a_folder_of_the_users_comes_first(tmp_path: Path, file: str) -> None:
    path = tmp_path / "data" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(lines(ROWS)) if file.endswith("gz") else lines(ROWS))
    assert load(PINNED, tmp_path / "data") == (f"file {path.name}", 2)


def test_order_of_rows_and_other_fields_do_not_matter_but_content_does() -> None:
    more = [{**row, "other": 1} for row in reversed(ROWS)]
    assert digest(more, PINNED) == PINNED.sha256
    assert digest([{**ROWS[0], "n": 5}, ROWS[1]], PINNED) != PINNED.sha256


def test_lines_end_at_newlines_only() -> None:
    """Some strings of the data sets hold U+2028, at which splitlines() cuts."""
    assert parse(lines(ROWS), "mini.jsonl") == ROWS


def test_a_broken_line_is_named() -> None:
    with pytest.raises(DataError, match=r"mini\.jsonl, line 2: not JSON"):
        parse(b'{"id": 1}\n{"id": \n', "mini.jsonl")


def test_what_was_fetched_once_is_not_fetched_again(tmp_path: Path) -> None:
    with serving({"/mini.jsonl": lines(ROWS)}) as base:
        source = with_(PINNED, url=f"{base}/mini.jsonl")
        assert load(source) == (f"{base}/mini.jsonl", 2)
    assert load(source) == ("cache", 2)


def test_a_wrong_file_from_an_address_is_refused(tmp_path: Path) -> None:
    with (
        serving({"/mini.jsonl": lines(ROWS[:1])}) as base,
        pytest.raises(DataError, match="not the pinned one: 1 rows"),
    ):
        load(with_(PINNED, url=f"{base}/mini.jsonl"))
    assert not list((tmp_path / "cache").rglob("*.jsonl")), "what is not checked is not kept"


def test_no_source_that_answers_is_one_error_with_the_ways_out() -> None:
    """Never an empty suite; never half a minute of a client's retries."""
    source = with_(PINNED, url="http://127.0.0.1:9/mini.jsonl")
    with pytest.raises(DataError, match="the data of suite 'mini' cannot be had") as caught:
        load(source)
    assert "mini.jsonl.gz" in caught.value.hint
    assert "--data DIR" in caught.value.hint


def test_offline_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_OFFLINE", "1")
    with serving({"/mini.jsonl": lines(ROWS)}) as base, pytest.raises(DataError, match="BENCH_OFFLINE=1"):
        load(with_(PINNED, url=f"{base}/mini.jsonl"))


HUB_ROWS = [{"id": "b", "text": "zwei"}, {"id": "a", "text": "eins"}]
SHA = "a" * 40
LOAD = """
import sys
from pathlib import Path
from bench.datasets import Hub, Source, load_rows
hub = Hub("own/mini", "{sha}", "default", ("test",))
source = Source(key="id", fields=("id", "text"), records=2, sha256=sys.argv[1], files=("x.jsonl",), hub=hub)
rows = load_rows(source, name="mini", data=(), say=lambda _: None)
print(rows.origin, [row["id"] for row in rows.rows])
""".replace("{sha}", SHA)


def hub_files() -> dict[str, bytes]:
    """What a client of the hub asks for when it loads a data set of one JSONL file."""
    info = {"id": "own/mini", "sha": SHA, "private": False, "gated": False, "disabled": False, "tags": []}
    info |= {
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "test.jsonl"}],
        "downloads": 0,
        "likes": 0,
    }
    content = lines(HUB_ROWS)
    tree = [{"type": "file", "oid": "1" * 40, "size": len(content), "path": "test.jsonl"}]
    tree.append({"type": "file", "oid": "2" * 40, "size": 2, "path": "README.md"})
    prefix = "/datasets/own/mini/resolve"
    files = {f"/api/datasets/own/mini/revision/{SHA}": json.dumps(info).encode()}
    files["/api/datasets/own/mini"] = json.dumps(info).encode()
    files[f"/api/datasets/own/mini/tree/{SHA}"] = json.dumps(tree).encode()
    for revision in (SHA, "main"):
        files[f"{prefix}/{revision}/test.jsonl"] = content
        files[f"{prefix}/{revision}/README.md"] = b"# "
    return files


def test_the_hub_is_read_at_its_pinned_revision(tmp_path: Path) -> None:
    """Through the real `datasets` library, against a server that speaks the hub's protocol."""
    pytest.importorskip("datasets", reason="the extra `hub` is not installed")
    headers = {"X-Repo-Commit": SHA, "Content-Type": "application/json"}
    source = Source(key="id", fields=("id", "text"), records=2, sha256="")
    with serving(hub_files(), headers) as endpoint:
        environment = {
            **{"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1"},
            **{"BENCH_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        }
        done = subprocess.run(
            [sys.executable, "-c", LOAD, digest(HUB_ROWS, source)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=120,
        )
    assert done.stdout.strip() == f"the hub (own/mini@{SHA[:12]}) ['b', 'a']", done.stderr[-3000:]


def test_a_dead_hub_is_one_line() -> None:
    import os

    hub = Hub("own/mini", SHA)
    os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"
    try:
        with pytest.raises(DataError, match=r"the hub .* not reachable"):
            load(with_(PINNED, hub=hub))
    finally:
        del os.environ["HF_ENDPOINT"]
