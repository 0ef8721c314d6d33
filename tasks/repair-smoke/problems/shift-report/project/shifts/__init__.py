"""Hours of shifts, by person and by day."""

from shifts.model import Shift
from shifts.report import by_day, by_person, render

__all__ = ["Shift", "by_day", "by_person", "render"]
