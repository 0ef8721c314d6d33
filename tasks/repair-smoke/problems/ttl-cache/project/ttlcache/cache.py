"""The cache: at most so many entries, none older than so many seconds."""

from ttlcache.clock import SystemClock
from ttlcache.store import Entry, Store

_MISSING = object()


class TTLCache:
    """Keeps up to ``size`` values for ``ttl`` seconds each. When it is full, what was used least recently goes."""

    def __init__(self, size, ttl, clock=None):
        if size < 1:
            raise ValueError("a cache needs room for one entry")
        if ttl <= 0:
            raise ValueError("entries need time to live")
        self.size = size
        self.ttl = ttl
        self.evicted = 0
        self._clock = clock or SystemClock()
        self._store = Store()

    def __len__(self):
        self._store.drop_expired(self._clock.now())
        return len(self._store)

    def __contains__(self, key):
        entry = self._store.get(key)
        return entry is not None and entry.expires > self._clock.now()

    def set(self, key, value, ttl=None):
        """Keep a value; ``ttl`` overrides the cache's own for this entry."""
        if ttl is not None and ttl <= 0:
            raise ValueError("entries need time to live")
        now = self._clock.now()
        if key not in self._store and len(self._store) >= self.size:
            self._store.drop_oldest()
            self.evicted += 1
        self._store.put(key, Entry(value, now + (ttl or self.ttl)))

    def get(self, key, default=None):
        """The value of a key; the default where there is none, or it is too old."""
        entry = self._store.get(key)
        if entry is None:
            return default
        if entry.expires <= self._clock.now():
            self._store.drop(key)
            return default
        self._store.touch(key)
        return entry.value

    def get_or_make(self, key, make):
        """The value of a key, made and kept where there is none."""
        value = self.get(key, _MISSING)
        if value is _MISSING:
            value = make()
            self.set(key, value)
        return value

    def keys(self):
        """The keys of all that is not too old, least recently used first."""
        self._store.drop_expired(self._clock.now())
        return list(self._store)
