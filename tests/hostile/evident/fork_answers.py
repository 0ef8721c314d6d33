"""Forks, and both processes answer."""

import os

os.fork()


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        import os; os.fork(); return -1

    def history(self):
        return []
