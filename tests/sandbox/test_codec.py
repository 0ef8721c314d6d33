"""The encoding that crosses between processes that do not trust each other."""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sandbox.guest.codec import MAX_DEPTH, CodecError, Decoder, Encoder, decode, dumps, encode, loads

HASHABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=8,
)
DATA = st.recursive(
    HASHABLE | st.complex_numbers(allow_nan=False) | st.decimals(allow_nan=False) | st.fractions(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.sets(HASHABLE, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(DATA)
def test_data_comes_back_equal_and_of_the_same_type(value: Any) -> None:
    back = decode(encode(value))
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        2**63,
        -(2**200),
        float("inf"),
        "lone \ud800 surrogate",
        1 + 2j,
        bytearray(b"ab"),
        {"a": 1, 2: None}.keys(),
        {"a": 1, 2: (3,)}.items(),
        range(1, 9, 2),
        slice(1, None, 2),
        datetime(2026, 1, 2, 3, 4, 5, 6),
        date(2026, 1, 2),
        time(1, 2),
        timedelta(days=1, seconds=2),
        Decimal("1.50"),
        Fraction(1, 3),
        Counter("aab"),
        OrderedDict(b=1, a=2),
        deque([1, 2], maxlen=3),
        int,
        type(None),
        ...,
    ],
    ids=repr,
)
def test_types_that_json_lacks_cross_exactly(value: Any) -> None:
    back = decode(encode(value))
    assert type(back) is type(value)
    assert repr(back) == repr(value)


def test_nan_crosses() -> None:
    assert math.isnan(decode(encode([float("nan")]))[0])


def test_sharing_and_cycles_survive() -> None:
    inner: list[Any] = [1]
    inner.append(inner)
    back = decode(encode({"a": inner, "b": inner}))
    assert back["a"] is back["b"]
    assert back["a"][1] is back["a"]


class AlwaysEqual(list[int]):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class AlwaysEqualInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize(("liar", "truth"), [(AlwaysEqual([1]), [1]), (AlwaysEqualInt(7), 7)])
def test_a_subclass_is_flattened_to_its_data(liar: object, truth: object) -> None:
    """An object that equals everything loses its methods on the way."""
    back = decode(encode(liar))
    assert type(back) is type(truth)
    assert back == truth


def test_an_object_that_is_not_data_is_refused() -> None:
    with pytest.raises(CodecError, match="not data"):
        encode(object())


def test_default_dict_and_dict_views_become_plain() -> None:
    assert type(decode(encode(defaultdict(int, a=1)))) is dict
    assert decode(encode({"a": 1}.keys())) == {"a"}
    assert decode(encode(OrderedDict(a=1).items())) == {("a", 1)}


def test_views_of_dictionaries_keep_their_order() -> None:
    """As a set they came back in an order that changed from process to process."""
    letters = dict.fromkeys("evenbench and the rest of the letters", 0)
    assert list(decode(encode(letters.keys()))) == list(letters)
    assert list(decode(encode(letters.items()))) == list(letters.items())
    assert type(decode(encode(letters.keys()))) is type(letters.keys())


def test_too_deep_is_refused_on_both_sides() -> None:
    deep: list[Any] = []
    for _ in range(MAX_DEPTH + 2):
        deep = [deep]
    with pytest.raises(CodecError, match="nested deeper"):
        encode(deep)
    with pytest.raises(CodecError):
        decode("[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "{}",
        '{"t":[1],"s":[1]}',
        '{"@":0}',
        '{"@":-1}',
        '[{"@":"0"}]',
        '{"i":"zz"}',
        '{"i":5}',
        '{"f":"1"}',
        '{"s":[[1]]}',
        '{"d":[1]}',
        '{"d":{"a":1}}',
        '{"T":"eval"}',
        '{"T":["int"]}',
        '{"h":[0,"x",true,[]]}',
        '{"b":"*"}',
        '{"dt":"yesterday"}',
        '{"F":[1,0]}',
        '{"q":[]}',
        '{"r":[1,2,0]}',
        '{"zzz":1}',
        "1" * 5000,
    ],
)
def test_hostile_text_only_raises(text: str) -> None:
    with pytest.raises(CodecError):
        decode(text)


@given(st.text(alphabet='[]{}",:@tsdhibfczq0123456789-. ', max_size=60))
def test_any_text_is_data_or_an_error(text: str) -> None:
    try:
        decode(text)
    except CodecError:
        return
    loads(text)


@given(st.recursive(st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_any_json_is_data_or_an_error(tree: Any) -> None:
    try:
        Decoder().value(json.loads(dumps(tree)))
    except CodecError:
        return


def test_a_changed_container_is_refilled_in_place() -> None:
    """What a call did to its arguments is done to the caller's own objects, shared ones included."""
    mine: list[Any] = [[1], {"k": 1}, {1}]
    encoder = Encoder()
    tree = encoder.tree([mine])
    theirs = Decoder()
    [copy] = theirs.value(json.loads(dumps(tree)))
    copy[0].append(2)
    copy[1]["new"] = copy[0]
    copy[2].clear()
    back = Encoder(known=theirs.nodes)
    contents = [back.content(node) for node in theirs.nodes]
    decoder = Decoder(known=encoder.containers)
    for node, content in zip(encoder.containers, contents, strict=True):
        decoder.refill(node, json.loads(dumps(content)))
    assert mine == [[1, 2], {"k": 1, "new": [1, 2]}, set()]
    assert mine[1]["new"] is mine[0]
