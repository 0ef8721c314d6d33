"""Where rows come from, and that they are the pinned ones wherever that is."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.datasets import Hub, Package, Source, digest, load_rows, parse
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


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "mini.jsonl").write_bytes(b'{"id": 1}\n{"id": \n')
    with pytest.raises(DataError, match=r"mini\.jsonl: line 2: not JSON"):
        load(PINNED, tmp_path)


GOOD = lines(ROWS)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("mini.jsonl.gz", gzip.compress(GOOD, mtime=0)[:-9], "EOFError"),
        ("mini.jsonl.gz", b"\x1f\x8bnot gzip at all", "BadGzipFile"),
        ("mini.jsonl", b'{"id": "\xe9"}', "UnicodeDecodeError"),
        ("mini.jsonl", b'[{"id": 1},', "JSONDecodeError"),
        ("mini.jsonl", b"[" * 100_000, "RecursionError"),
        ("mini.jsonl", b"1\n2\n", "row 1 is a int, not an object"),
        ("mini.jsonl", b"<!doctype html>", "line 1: not JSON"),
        ("mini.jsonl", b'{"id": "a"}', "lacks n, text"),
        ("mini.jsonl", b"", "lacks every row"),
        ("mini.parquet", b"PAR1 not parquet", "not parquet"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(
    tmp_path: Path, file: str, content: bytes, said: str
) -> None:
    """Each of these once ended, or could end, in a traceback."""
    (tmp_path / file).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        load(with_(PINNED, files=("mini.jsonl", "mini.parquet")), tmp_path)
    assert str(tmp_path / file) in caught.value.message
    assert "\n" not in caught.value.message
    assert "--data DIR" in caught.value.hint


def test_a_parquet_file_has_the_digest_of_the_same_rows_as_lines(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra `hub` is not installed")
    import pyarrow.parquet

    source = with_(PINNED, fields=("id", "text"), files=("sub/mini-0.parquet",))
    source = with_(source, sha256=digest(ROWS, source))
    rows = [{"id": row["id"], "text": row["text"]} for row in ROWS]
    (tmp_path / "sub").mkdir()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "sub" / "mini-0.parquet")
    assert load(source, tmp_path) == ("file mini-0.parquet", 2)


def test_the_whole_digest_is_shown_to_who_pins_a_suite(tmp_path: Path) -> None:
    """docs/suites.md: leave the digest empty once, and the error says what it is."""
    (tmp_path / "mini.jsonl").write_bytes(GOOD)
    with pytest.raises(DataError, match=PINNED.sha256):
        load(with_(PINNED, sha256=""), tmp_path)


def test_a_damaged_cache_is_replaced(tmp_path: Path) -> None:
    cached = tmp_path / "cache" / "data" / f"{PINNED.sha256}.jsonl"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(GOOD[:-5])
    with serving({"/mini.jsonl": GOOD}) as base:
        assert load(with_(PINNED, url=f"{base}/mini.jsonl"))[0] == f"{base}/mini.jsonl"
    assert load(PINNED) == ("cache", 2)


def test_a_source_that_serves_something_else_does_not_hide_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portal's login page, a changed file: the package still has the pinned rows."""
    wheel(tmp_path, {"mini/rows.jsonl": GOOD}, monkeypatch)
    with serving({"/mini.jsonl": b"<html>please log in"}) as base:
        source = with_(PINNED, url=f"{base}/mini.jsonl", package=MINI_PACKAGE)
        assert load(source) == ("the package mini-rows==1.0", 2)


MINI_PACKAGE = Package("mini-rows", "1.0", "mini/rows.jsonl")


def wheel(folder: Path, members: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that pip finds without any index."""
    info = "mini_rows-1.0.dist-info"
    about = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: mini-rows\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / "mini_rows-1.0-py3-none-any.whl", "w") as archive:
        for name, content in (members | about).items():
            archive.writestr(name, content)
    only_from(folder, monkeypatch)


def only_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def test_a_package_without_the_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel(tmp_path, {"mini/other.jsonl": GOOD}, monkeypatch)
    with pytest.raises(DataError, match=r"mini-rows==1\.0: .*no item named 'mini/rows\.jsonl'"):
        load(with_(PINNED, package=MINI_PACKAGE))


def test_no_code_of_a_package_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip would run the setup.py of a source package to learn its name; so none is taken."""
    trace = tmp_path / "it-ran"
    with tarfile.open(tmp_path / "mini-rows-1.0.tar.gz", "w:gz") as archive:
        for name, text in (("setup.py", f"open({str(trace)!r}, 'w')"), ("PKG-INFO", "Name: mini-rows\n")):
            entry = tarfile.TarInfo(f"mini-rows-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    only_from(tmp_path, monkeypatch)
    with pytest.raises(DataError, match=r"mini-rows==1\.0: ERROR: No matching distribution"):
        load(with_(PINNED, package=MINI_PACKAGE))
    assert not trace.exists()


def test_a_missing_address_is_one_line() -> None:
    with serving({}) as base, pytest.raises(DataError, match=r"mini\.jsonl: HTTP 404") as caught:
        load(with_(PINNED, url=f"{base}/mini.jsonl"))
    assert "\n" not in caught.value.message


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


class HubClient:
    """Loads the data set in a process of its own: the hub's client reads its settings when imported."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._caches = 0

    def load(
        self, endpoint: str, *, revision: str = SHA, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Its own cache stays from call to call, ours does not."""
        self._caches += 1
        source = Source(key="id", fields=("id", "text"), records=2, sha256="")
        environment = {
            **{"HF_ENDPOINT": endpoint, "HF_HOME": str(self._home / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1"},
            **{"BENCH_CACHE": str(self._home / f"cache{self._caches}"), "HOME": str(self._home)},
            **{"PATH": "/usr/bin:/bin", **settings},
        }
        return subprocess.run(
            [sys.executable, "-c", LOAD.replace(SHA, revision), digest(HUB_ROWS, source)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=120,
        )


HUB_HEADERS = {"X-Repo-Commit": SHA, "Content-Type": "application/json"}


def test_the_hub_is_read_at_its_pinned_revision(tmp_path: Path) -> None:
    """Through the real `datasets` library, against a server that speaks the hub's protocol."""
    pytest.importorskip("datasets", reason="the extra `hub` is not installed")
    client = HubClient(tmp_path)
    with serving(hub_files(), HUB_HEADERS) as endpoint:
        done = client.load(endpoint)
        assert done.stdout.strip() == f"the hub (own/mini@{SHA[:12]}) ['b', 'a']", done.stderr[-3000:]
        assert done.stderr == "", "no bars and no remarks of its libraries"
        # Its cache is warm now, and the client would serve that for a revision that does not exist.
        done = client.load(endpoint, revision="b" * 40)
        assert "no such data set or revision (HTTP 404)" in done.stderr, done.stdout
    done = client.load("http://127.0.0.1:9", HF_HUB_OFFLINE="1")
    assert done.stdout.strip() == "the hub's own cache (own/mini) ['b', 'a']", done.stderr[-3000:]


def test_a_dead_hub_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client alone would retry for half a minute."""
    pytest.importorskip("datasets", reason="the extra `hub` is not installed")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=r"the hub .* not reachable") as caught:
        load(with_(PINNED, hub=Hub("own/mini", SHA)))
    assert "\n" not in caught.value.message
