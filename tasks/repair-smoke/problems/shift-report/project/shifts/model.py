"""A shift, and its time in minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Shift:
    """Somebody's work from one time to another; ``pause`` minutes of it are not paid."""

    person: str
    start: datetime
    end: datetime
    pause: int = 0

    def __post_init__(self):
        if self.end <= self.start:
            raise ValueError("a shift ends after it starts")
        if self.pause < 0 or timedelta(minutes=self.pause) >= self.end - self.start:
            raise ValueError("a pause is shorter than its shift")

    @property
    def minutes(self):
        return int((self.end - self.start).total_seconds()) // 60 - self.pause

    def parts(self):
        """(day, minutes) for each day that the shift touches; the pause is taken from the last of them."""
        day = self.start.date()
        at = self.start
        while at < self.end:
            midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
            until = min(midnight, self.end)
            minutes = (until - at).seconds // 60
            yield day, minutes - (self.pause if until == self.end else 0)
            at, day = until, midnight.date()
