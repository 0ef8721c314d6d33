from datetime import date, datetime

import pytest
from shifts import Shift, by_day, by_person, render


def shift(person, start, end, pause=0):
    return Shift(person, datetime.fromisoformat(start), datetime.fromisoformat(end), pause)


def test_minutes_without_the_pause():
    assert shift("Ada", "2026-03-02 08:00", "2026-03-02 16:30", 30).minutes == 480


def test_sums_by_person():
    shifts = [shift("Bo", "2026-03-02 08:00", "2026-03-02 09:00"), shift("Ada", "2026-03-02 08:00", "2026-03-02 08:30")]
    assert by_person(shifts) == {"Ada": 30, "Bo": 60}


def test_a_shift_over_midnight_counts_on_both_days():
    night = shift("Ada", "2026-03-02 22:00", "2026-03-03 06:00", 30)
    assert by_day([night]) == {date(2026, 3, 2): 120, date(2026, 3, 3): 330}


def test_a_whole_day_in_between_counts():
    long = shift("Ada", "2026-03-02 22:00", "2026-03-04 02:00")
    assert by_day([long]) == {date(2026, 3, 2): 120, date(2026, 3, 3): 1440, date(2026, 3, 4): 120}


def test_days_and_persons_have_the_same_sum():
    shifts = [shift("Ada", "2026-03-01 00:00", "2026-03-02 00:00"), shift("Bo", "2026-03-02 23:30", "2026-03-03 00:30")]
    assert sum(by_day(shifts).values()) == sum(by_person(shifts).values()) == 1500


def test_a_short_last_part_leaves_the_rest_of_the_pause_to_the_day_before():
    late = shift("Ada", "2026-03-02 20:00", "2026-03-03 00:10", 30)
    assert by_day([late]) == {date(2026, 3, 2): 220, date(2026, 3, 3): 0}


@pytest.mark.parametrize(("end", "pause"), [("2026-03-02 08:00", 0), ("2026-03-02 09:00", 60), ("2026-03-02 09:00", -1)])
def test_what_is_no_shift_is_refused(end, pause):
    with pytest.raises(ValueError):
        shift("Ada", "2026-03-02 08:00", end, pause)


def test_a_table():
    assert render({"Ada": 65, "Barbara": 600}) == "Ada       1:05\nBarbara  10:00"
    assert render({}) == ""
