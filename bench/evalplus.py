"""What EvalPlus 0.3.1 does besides comparing: types that its JSON lost, and oracles of single problems.

The facts are EvalPlus's (Apache-2.0, github.com/evalplus/evalplus); the comparison itself is the guest's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SET_EQUAL = frozenset(
    {
        *("similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly"),
        *("larg_nnum", "intersection_array", "find_dissimilar", "Diff"),
    }
)
_NOT_NONE = frozenset({"check_str", "text_match_three", "text_starta_endb"})
_SINGLE = {
    ("humaneval", "find_zero"): "root",
    ("mbpp", "are_equivalent"): "anything",
    ("mbpp", "sum_div"): "or_zero",
    ("mbpp", "surface_Area"): "surface_area",
    ("mbpp", "digit_distance_nums"): "digit_distance",
}


def oracle_of(data_set: str, entry_point: str) -> str:
    """The oracle that decides a problem, by the name ``guest.compare`` knows it under."""
    if data_set == "mbpp" and entry_point in _SET_EQUAL:
        return "set_equal"
    if data_set == "mbpp" and entry_point in _NOT_NONE:
        return "not_none"
    return _SINGLE.get((data_set, entry_point), "equal")


def mbpp_inputs(task_id: str, inputs: list[list[Any]]) -> list[list[Any]]:
    """MBPP+ inputs with the tuples, sets and numbers that JSON turned into lists and strings."""
    convert = _BY_TASK.get(int(task_id.rpartition("/")[2]))
    return [list(convert(args)) if convert else args for args in inputs]


Convert = Callable[[list[Any]], Any]


def _each_tuple(args: list[Any]) -> list[Any]:
    return [tuple(arg) for arg in args]


def _tuples_within(args: list[Any]) -> list[Any]:
    return [[tuple(item) for item in arg] for arg in args]


def _tuples_in_first(args: list[Any]) -> list[Any]:
    return [[tuple(item) for item in args[0]], args[1]]


def _first_tuple(args: list[Any]) -> list[Any]:
    return [tuple(args[0]), *args[1:]]


def _second_tuple(args: list[Any]) -> list[Any]:
    return [args[0], tuple(args[1])]


def _tuple_of_tuples(args: list[Any]) -> list[Any]:
    return [tuple(tuple(item) for item in arg) for arg in args]


def _tuple_of_mixed(args: list[Any]) -> list[Any]:
    return [tuple(tuple(item) if isinstance(item, list) else item for item in args[0])]


def _sets_within(args: list[Any]) -> list[Any]:
    return [[set(item) if isinstance(item, list) and item else {} for item in args[0]]]


def _float_and_complex(args: list[Any]) -> list[Any]:
    return [float(args[0]), complex(args[1])]


def _complex(args: list[Any]) -> list[Any]:
    return [complex(args[0])]


def _tuple_values(args: list[Any]) -> list[Any]:
    return [{key: tuple(value) for key, value in args[0].items()}, *args[1:]]


def _tuples_all_through(value: Any) -> Any:
    return tuple(_tuples_all_through(item) for item in value) if isinstance(value, list) else value


_BY_TASK: dict[int, Convert] = {
    **dict.fromkeys(
        (
            *(2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726),
            *(740, 744, 809),
        ),
        _each_tuple,
    ),
    **dict.fromkeys((63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780), _tuples_within),
    **dict.fromkeys((75, 413, 444, 753), _tuples_in_first),
    **dict.fromkeys((106, 750), _second_tuple),
    115: _sets_within,
    124: _float_and_complex,
    **dict.fromkeys((250, 307, 405, 446, 617, 720, 763, 808), _first_tuple),
    **dict.fromkeys((259, 401, 445), _tuple_of_tuples),
    278: _tuple_of_mixed,
    722: _tuple_values,
    252: _complex,
    **dict.fromkeys((580, 615, 791), _tuples_all_through),
}
