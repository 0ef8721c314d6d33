"""Fills memory while it is imported."""

big = ['x' * (1 << 20) for _ in range(100_000)]


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
