"""A small cache whose entries grow old."""

from ttlcache.cache import TTLCache
from ttlcache.clock import ManualClock, SystemClock

__all__ = ["ManualClock", "SystemClock", "TTLCache"]
