"""Lines of a journal by sample: found by how the store writes them, and read the long way otherwise."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import lines
from bench.errors import StoreError
from bench.lines import Lines

PLANNED = 1_200
USUAL = b'{"index":%d,"attempt":%d}\n'


class Record(msgspec.Struct, frozen=True):
    index: int
    attempt: int


def line_of(index: int, attempt: int, way: int) -> bytes:
    if way == 1:
        return b'{"attempt":%d,"index":%d}\n' % (attempt, index)
    return (b'{ "index": %d, "attempt": %d }\n' if way else USUAL) % (index, attempt)


def found(path: Path, within: range | None = None) -> dict[int, list[int]]:
    asked = range(PLANNED) if within is None else within
    stored = Lines(path, Record, planned=PLANNED, within=asked)
    found = ((index, [record.attempt for record in stored.of(index)]) for index in asked)
    return {index: attempts for index, attempts in found if attempts}


@given(
    st.lists(st.tuples(st.integers(0, PLANNED - 1), st.sampled_from([0, 0, 0, 1, 2])), max_size=60),
    st.sampled_from([b"", b'{"index":3,"att', b"{"]),
    st.integers(1, 200),
)
def test_each_sample_has_its_lines_in_their_order(
    written: list[tuple[int, int]], torn: bytes, at_once: int
) -> None:
    wanted: dict[int, list[int]] = {}
    for attempt, (index, _) in enumerate(written):
        wanted.setdefault(index, []).append(attempt)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_AT_ONCE", at_once)
        path = Path(folder) / "lines.jsonl"
        path.write_bytes(b"".join(line_of(index, at, way) for at, (index, way) in enumerate(written)) + torn)
        assert found(path) == wanted
        part = range(400, 900)
        assert found(path, part) == {index: own for index, own in wanted.items() if index in part}


@pytest.mark.parametrize("index", [PLANNED, 99_999_999_999, 10**20, -1])
def test_a_sample_that_is_not_planned_is_an_error_wherever_it_stands(tmp_path: Path, index: int) -> None:
    path = tmp_path / "lines.jsonl"
    for before in (0, 5):
        path.write_bytes(USUAL % (1, 1) * before + USUAL % (index, 1) + USUAL % (2, 1))
        with pytest.raises(StoreError, match=f"has a record of sample {index}, but only {PLANNED}"):
            found(path)


@pytest.mark.parametrize(
    "line", [b'{"index":,"attempt":1}\n', b'{"index":1', b"\n", b'{"index":12x,"a":1}\n', b"[]\n"]
)
def test_a_damaged_line_is_named_by_its_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(USUAL % (1, 1) * 3 + line.rstrip(b"\n") + b"\n" + USUAL % (2, 1))
    with pytest.raises(StoreError, match=r"lines\.jsonl, line 4: not a record"):
        found(path)
