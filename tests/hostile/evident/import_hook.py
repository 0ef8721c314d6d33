"""Adds an import hook in front of all others."""

import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None


sys.meta_path.insert(0, Finder)


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        return -1

    def history(self):
        return []
