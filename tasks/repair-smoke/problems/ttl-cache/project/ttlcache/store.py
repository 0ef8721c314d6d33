"""Entries in the order in which they were last used."""

from collections import OrderedDict


class Entry:
    """A value, and when it is too old."""

    __slots__ = ("expires", "value")

    def __init__(self, value, expires):
        self.value = value
        self.expires = expires


class Store:
    """Entries by key. The first is the one that was not used for longest."""

    def __init__(self):
        self._entries = OrderedDict()

    def __len__(self):
        return len(self._entries)

    def __contains__(self, key):
        return key in self._entries

    def __iter__(self):
        return iter(list(self._entries))

    def get(self, key):
        return self._entries.get(key)

    def put(self, key, entry):
        self._entries[key] = entry
        self._entries.move_to_end(key)

    def touch(self, key):
        self._entries.move_to_end(key)

    def drop(self, key):
        self._entries.pop(key, None)

    def drop_oldest(self):
        key, _ = self._entries.popitem(last=False)
        return key

    def drop_expired(self, now):
        old = [key for key, entry in self._entries.items() if entry.expires <= now]
        for key in old:
            del self._entries[key]
        return old
