"""Return dates and times at the edge of what there is, with zones that raise."""

import datetime


class Zone(datetime.tzinfo):
    def utcoffset(self, when):
        raise SystemExit(0)

    def tzname(self, when):
        return "x" * 10**6


def total(numbers):
    if numbers:
        return [datetime.datetime.max, datetime.time(23, 59, tzinfo=Zone()), datetime.timedelta.max]
    return datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=23, minutes=59)))
