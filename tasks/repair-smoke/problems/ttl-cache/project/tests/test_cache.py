import pytest
from ttlcache import ManualClock, TTLCache


@pytest.fixture
def clock():
    return ManualClock()


def test_what_was_set_is_there(clock):
    cache = TTLCache(2, 10, clock)
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert "a" in cache


def test_an_entry_grows_old(clock):
    cache = TTLCache(2, 10, clock)
    cache.set("a", 1)
    clock.advance(10)
    assert cache.get("a") is None
    assert "a" not in cache
    assert len(cache) == 0


def test_what_was_used_least_recently_goes(clock):
    cache = TTLCache(2, 10, clock)
    cache.set("a", 1)
    cache.set("b", 2)
    cache.get("a")
    cache.set("c", 3)
    assert cache.keys() == ["a", "c"]
    assert cache.evicted == 1


def test_an_entry_set_again_takes_no_room(clock):
    cache = TTLCache(2, 10, clock)
    cache.set("a", 1)
    cache.set("b", 2)
    cache.set("a", 3)
    assert cache.keys() == ["b", "a"]
    assert cache.evicted == 0


def test_a_dead_entry_makes_room_before_a_living_one(clock):
    cache = TTLCache(2, 10, clock)
    cache.set("long", 1)
    cache.set("short", 2, ttl=1)
    clock.advance(5)
    cache.set("new", 3)
    assert cache.get("long") == 1
    assert cache.get("new") == 3


def test_dead_entries_that_make_room_are_not_evictions(clock):
    cache = TTLCache(3, 10, clock)
    cache.set("long", 1)
    cache.set("x", 2, ttl=1)
    cache.set("y", 3, ttl=1)
    clock.advance(1)
    cache.set("new", 4)
    assert cache.evicted == 0
    assert cache.keys() == ["long", "new"]


def test_a_value_is_made_once(clock):
    cache = TTLCache(2, 10, clock)
    made = []
    for _ in range(3):
        cache.get_or_make("a", lambda: made.append(1) or "value")
    assert made == [1]


@pytest.mark.parametrize(("size", "ttl"), [(0, 1), (1, 0), (1, -1)])
def test_a_cache_that_keeps_nothing_is_refused(size, ttl):
    with pytest.raises(ValueError):
        TTLCache(size, ttl)


def test_an_entry_of_no_time_is_refused(clock):
    with pytest.raises(ValueError):
        TTLCache(1, 1, clock).set("a", 1, ttl=0)


def test_time_does_not_go_back(clock):
    with pytest.raises(ValueError):
        clock.advance(-1)
