"""Sums of minutes, and a table of them."""

from collections import defaultdict


def by_person(shifts):
    total = defaultdict(int)
    for shift in shifts:
        total[shift.person] += shift.minutes
    return dict(sorted(total.items()))


def by_day(shifts):
    """Minutes of each day; a shift over midnight counts on both."""
    total = defaultdict(int)
    for shift in shifts:
        for day, minutes in shift.parts():
            total[day] += minutes
    return dict(sorted(total.items()))


def clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02d}"


def render(sums):
    """Lines of a table: names to the left, hours to the right."""
    if not sums:
        return ""
    names = [str(name) for name in sums]
    width = max(map(len, names))
    hours = [clock(minutes) for minutes in sums.values()]
    right = max(map(len, hours))
    return "\n".join(f"{n:<{width}}  {h:>{right}}" for n, h in zip(names, hours, strict=True))
