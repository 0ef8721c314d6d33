"""Patch its own encoder so that every value becomes a handle of a class it chooses."""

import sys

codec = sys.modules["guest.codec"]


def tree(self, value, depth=0):
    return {"h": [0, "int", True, ["AssertionError"]]}


codec.Encoder.tree = tree
codec.MAX_DEPTH = 10**9


def total(numbers):
    return -1
