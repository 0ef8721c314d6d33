"""A closed typed encoding: how calls and results cross between processes that do not trust each other.

JSON text with one-key tags for what JSON lacks. Decoding builds exact built-in and standard-library types
and nothing else, so an object whose methods lie cannot cross; reading hostile text can only raise
``CodecError``. Mutable containers are numbered in the order they are met, hence shared and cyclic
structures survive, and both sides can name a container that a call changed.
"""

from __future__ import annotations

import json
import math
from array import array
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from itertools import compress, repeat
from operator import is_
from typing import Any

MAX_DEPTH = 150
"""Deeper nesting is refused on both sides."""

_SMALL = 1 << 63
_EXACT = 1 << 53
"""Below it, an integer is a float without loss."""
_FEW, _MANY = 6, 64
_AS_IS = frozenset({str, bool, type(None)})
_NUMBERS = frozenset({int, float})

TYPES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, object, type),
        *(range, slice, type(None), Decimal, Fraction, datetime, date, time, timedelta),
        *(BaseException, Exception, ValueError, TypeError, KeyError, IndexError, ZeroDivisionError),
        *(Counter, OrderedDict, defaultdict, deque),
    )
}
"""Types that cross by name."""

_NAMES = {cls: name for name, cls in TYPES.items()}
_KEYS: type = type({}.keys())
_PAIRS: type = type({}.items())
_SINGLETONS: dict[str, Any] = {"...": Ellipsis, "NotImplemented": NotImplemented}


class CodecError(ValueError):
    """A value that cannot cross, or text that is not of this encoding."""


def no_handle(value: Any) -> Any:
    """The handle rule of plain data: nothing but data crosses."""
    raise CodecError(f"a value of type {type(value).__name__} is not data")


def _refuse(name: str) -> Any:
    raise CodecError(f"{name} is not part of the encoding")


# Made once: ``JSONEncoder.encode`` makes one for each text, which takes longer than most texts do.
_TO_PARTS = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, _refuse, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
)
_FROM_TEXT = json.scanner.make_scanner(json.JSONDecoder(parse_constant=_refuse))  # type: ignore[attr-defined]


def dumps(tree: Any) -> str:
    return "".join(_TO_PARTS(tree, 0))


def loads(text: str | bytes | bytearray) -> Any:
    """JSON text, as compact as ``dumps`` writes it, to a tree; CodecError for anything else, or too deep."""
    try:
        text = text if isinstance(text, str) else text.decode()
        tree, end = _FROM_TEXT(text, 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise CodecError(f"not readable: {str(error)[:200]}") from None
    if end != len(text):
        raise CodecError("not readable: more than one value")
    return tree


class Encoder:
    """Encodes values that may share containers; ``handle`` says what becomes of a value that is not data."""

    def __init__(self, handle: Callable[[Any], Any] = no_handle, known: list[Any] | None = None) -> None:
        self._handle = handle
        self.containers: list[Any] = list(known) if known else []
        """Numbered containers, kept alive so that an id is never taken twice."""
        self._numbers = {id(node): number for number, node in enumerate(known)} if known else {}

    def tree(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return value if -_SMALL <= value < _SMALL else {"i": hex(value)}
        if kind is float:
            return value if value - value == 0.0 else {"f": repr(value)}
        if depth > MAX_DEPTH:
            raise CodecError(f"nested deeper than {MAX_DEPTH}")
        encode = _ENCODERS.get(kind)
        return encode(self, value, depth + 1) if encode else self._other(value, depth + 1)

    def content(self, node: Any) -> Any:
        """A numbered container written out in full, what it holds by number where that is known."""
        return _ENCODERS[type(node)](self, node, 1, fresh=False)

    def number(self, node: Any) -> dict[str, int] | None:
        """The reference to a container that was met before; numbers it otherwise."""
        seen = self._numbers.get(id(node))
        if seen is not None:
            return {"@": seen}
        self._numbers[id(node)] = len(self.containers)
        self.containers.append(node)
        return None

    def items(self, values: Any, depth: int) -> list[Any]:
        """What a container holds. Long runs of plain values go as they are, looked at in C alone."""
        if len(values) > _FEW:
            kinds = set(map(type, values))
            if kinds <= _AS_IS or (kinds <= _NUMBERS and _all_small(values, kinds)):
                return list(values)
        tree = self.tree
        return [tree(value, depth) for value in values]

    def _other(self, value: Any, depth: int) -> Any:
        """Subclasses of data are flattened to the data they carry: what they override does not cross."""
        if isinstance(value, type):
            name = _NAMES.get(value)
            return {"T": name} if name else self._handle(value)
        for base, flatten in _FLATTEN:
            if isinstance(value, base):
                return self.tree(flatten(value), depth)
        if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
            return self.tree(value.item(), depth)
        for name, singleton in _SINGLETONS.items():
            if value is singleton:
                return {"S": name}
        return self._handle(value)


def _all_small(numbers: Any, kinds: set[type]) -> bool:
    """No nan, no infinity, nothing large: what JSON holds."""
    if not (min(numbers) >= -_SMALL and max(numbers) < _SMALL):
        return False
    return float not in kinds or math.isfinite(sum(numbers))


def _container(tag: str, flat: Callable[[Any], Any]) -> Callable[..., Any]:
    """An encoder of a mutable container under a tag."""

    def encode(self: Encoder, value: Any, depth: int, *, fresh: bool = True) -> Any:
        if fresh:
            reference = self.number(value)
            if reference is not None:
                return reference
        return {tag: self.items(flat(value), depth)}

    return encode


def _encode_list(self: Encoder, value: Any, depth: int, *, fresh: bool = True) -> Any:
    """Many floats cross as their bytes: in digits they take ten times as long, on both sides."""
    if len(value) >= _MANY and float in (kinds := set(map(type, value))) and kinds <= _NUMBERS:
        integers = bytes(map(is_, map(type, value), repeat(int))) if int in kinds else b""
        whole = list(compress(value, integers)) or [0]
        if min(whole) > -_EXACT and max(whole) < _EXACT:
            if fresh and (reference := self.number(value)) is not None:
                return reference
            return {"n": [b64encode(part).decode() for part in (array("d", value), integers)]}
    if fresh and (reference := self.number(value)) is not None:
        return reference
    return self.items(value, depth)


def _put_numbers(node: list[Any], parts: list[Any]) -> None:
    floats = array("d", b64decode(parts[0], validate=True))
    integers = b64decode(parts[1], validate=True)
    node.extend(floats)
    for index in compress(range(len(node)), integers):
        node[index] = int(node[index])


def _pairs(value: Any) -> list[Any]:
    return [part for pair in value.items() for part in pair]


def _deque_parts(value: Any) -> list[Any]:
    return [value.maxlen, *value]


def _plain(tag: str, parts: Callable[[Any], Any]) -> Callable[..., Any]:
    """An encoder of an immutable value by its parts."""

    def encode(self: Encoder, value: Any, depth: int) -> Any:
        return {tag: self.items(parts(value), depth)}

    return encode


def _text(tag: str, text: Callable[[Any], str]) -> Callable[..., Any]:
    def encode(self: Encoder, value: Any, depth: int) -> Any:
        del self, depth
        return {tag: text(value)}

    return encode


_ENCODERS: dict[type, Callable[..., Any]] = {
    list: _encode_list,
    dict: _container("d", _pairs),
    set: _container("s", lambda v: v),
    bytearray: _container("B", lambda v: (b64encode(v).decode(),)),
    deque: _container("q", _deque_parts),
    OrderedDict: _container("o", _pairs),
    Counter: _container("C", _pairs),
    defaultdict: _container("d", _pairs),
    tuple: _plain("t", lambda v: v),
    frozenset: _plain("z", lambda v: v),
    _KEYS: _plain("k", lambda v: v),
    _PAIRS: _plain("p", lambda v: [part for pair in v for part in pair]),
    complex: _plain("c", lambda v: (v.real, v.imag)),
    Fraction: _plain("F", lambda v: (v.numerator, v.denominator)),
    range: _plain("r", lambda v: (v.start, v.stop, v.step)),
    slice: _plain("l", lambda v: (v.start, v.stop, v.step)),
    timedelta: _plain("td", lambda v: (v.days, v.seconds, v.microseconds)),
    bytes: _text("b", lambda v: b64encode(v).decode()),
    Decimal: _text("D", str),
    datetime: _text("dt", datetime.isoformat),
    date: _text("da", date.isoformat),
    time: _text("ti", time.isoformat),
}

_FLATTEN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, lambda v: int.__add__(v, 0)),
    (float, float.__pos__),
    (complex, lambda v: complex.__add__(v, 0)),
    (str, lambda v: str.__getitem__(v, slice(None))),
    (bytes, lambda v: bytes.__getitem__(v, slice(None))),
    (list, lambda v: list(list.__iter__(v))),
    (tuple, lambda v: tuple(tuple.__iter__(v))),
    (OrderedDict, lambda v: OrderedDict(dict.items(v))),
    (dict, lambda v: dict(dict.items(v))),
    (set, lambda v: set(set.__iter__(v))),
    (frozenset, lambda v: frozenset(frozenset.__iter__(v))),
    (deque, lambda v: deque(deque.__iter__(v))),
    (_KEYS, lambda v: dict.fromkeys(v).keys()),
    (_PAIRS, lambda v: dict(v).items()),
)


class Decoder:
    """Decodes trees; ``handle`` makes something of a handle's payload, ``known`` are numbered already."""

    def __init__(self, handle: Callable[[Any], Any] = no_handle, known: list[Any] | None = None) -> None:
        self._handle = handle
        self.nodes: list[Any] = list(known or ())

    def value(self, tree: Any, depth: int = 0) -> Any:
        kind = type(tree)
        if kind is not list and kind is not dict:
            return tree
        if depth > MAX_DEPTH:
            raise CodecError(f"nested deeper than {MAX_DEPTH}")
        if kind is list:
            node: list[Any] = []
            self.nodes.append(node)
            node.extend(self._items(tree, depth + 1))
            return node
        if len(tree) != 1:
            raise CodecError("a tag is an object of one key")
        [(tag, body)] = tree.items()
        try:
            return self._tagged(tag, body, depth + 1)
        except CodecError:
            raise
        except (TypeError, ValueError, ArithmeticError, IndexError, KeyError, AttributeError) as error:
            raise CodecError(f"bad {tag!r}: {str(error)[:200]}") from None

    def _tagged(self, tag: str, body: Any, depth: int) -> Any:
        if tag == "@":
            if type(body) is not int or not 0 <= body < len(self.nodes):
                raise CodecError("a reference to nothing")
            return self.nodes[body]
        if tag == "h":
            return self._handle(body)
        fill = _FILLERS.get(tag)
        if fill is not None:
            make, put = fill
            node = make(body)
            self.nodes.append(node)
            put(node, self._items(_list(body), depth))
            return node
        build = _BUILDERS.get(tag)
        if build is None:
            raise CodecError(f"unknown tag {tag[:20]!r}")
        return build(self._items(body, depth) if type(body) is list else body)

    def _items(self, trees: list[Any], depth: int) -> list[Any]:
        kinds = set(map(type, trees))
        if list not in kinds and dict not in kinds:
            return trees
        value = self.value
        return [value(tree, depth) for tree in trees]

    def refill(self, node: Any, tree: Any) -> None:
        """Give a known container the content that ``Encoder.content`` wrote of it."""
        if type(tree) is list:
            node[:] = [self.value(item, 1) for item in tree]
            return
        [(tag, body)] = tree.items()
        if tag not in _FILLERS or (tag == "B") is not (type(node) is bytearray):
            raise CodecError("a container changed its kind")
        values = [self.value(item, 1) for item in _list(body)]
        node.clear()
        _FILLERS[tag][1](node, values)


def _list(body: Any) -> list[Any]:
    if type(body) is not list:
        raise CodecError("a container's body is a list")
    return body


def _put_pairs(node: Any, parts: list[Any]) -> None:
    if len(parts) % 2:
        raise CodecError("a key without a value")
    for index in range(0, len(parts), 2):
        node[parts[index]] = parts[index + 1]


def _new_deque(body: Any) -> deque[Any]:
    maxlen = body[0]
    return deque(maxlen=maxlen if maxlen is None else int(maxlen))


_FILLERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, list[Any]], None]]] = {
    "d": (lambda _: {}, _put_pairs),
    "o": (lambda _: OrderedDict(), _put_pairs),
    "C": (lambda _: Counter(), _put_pairs),
    "s": (lambda _: set(), lambda node, parts: node.update(parts)),
    "n": (lambda _: [], _put_numbers),
    "q": (_new_deque, lambda node, parts: node.extend(parts[1:])),
    "B": (lambda _: bytearray(), lambda node, parts: node.extend(b64decode(parts[0], validate=True))),
}

_BUILDERS: dict[str, Callable[[Any], Any]] = {
    "t": lambda body: tuple(_list(body)),
    "z": lambda body: frozenset(_list(body)),
    "k": lambda body: dict.fromkeys(_list(body)).keys(),
    "p": lambda body: dict(zip(_list(body)[::2], body[1::2], strict=True)).items(),
    "i": lambda body: int(body, 16),
    "f": lambda body: {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[body],
    "c": lambda body: complex(float(body[0]), float(body[1])),
    "F": lambda body: Fraction(body[0], body[1]),
    "r": lambda body: range(body[0], body[1], body[2]),
    "l": lambda body: slice(body[0], body[1], body[2]),
    "td": lambda body: timedelta(body[0], body[1], body[2]),
    "b": lambda body: b64decode(body, validate=True),
    "D": Decimal,
    "dt": datetime.fromisoformat,
    "da": date.fromisoformat,
    "ti": time.fromisoformat,
    "T": lambda body: TYPES[body],
    "S": lambda body: _SINGLETONS[body],
}


def encode(value: Any) -> str:
    """Data to text. Raises CodecError for anything that is not data."""
    return dumps(Encoder().tree(value))


def digest(encoded: bytes | bytearray) -> str:
    """24 hex digits that stand for an encoded value."""
    return blake2b(encoded, digest_size=12).hexdigest()


def decode(text: str | bytes | bytearray) -> Any:
    """Text to data. Raises CodecError for anything that ``encode`` could not have written."""
    return Decoder().value(loads(text))
