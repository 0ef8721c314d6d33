import pytest
from jobqueue import CycleError, order


def test_each_behind_what_it_needs():
    assert order({"c": ["a", "b"], "b": ["a"], "a": []}) == ["a", "b", "c"]


def test_a_circle_is_named():
    with pytest.raises(CycleError, match="a -> b -> a"):
        order({"a": ["b"], "b": ["a"]})


def test_nothing_is_in_order():
    assert order({}) == []
