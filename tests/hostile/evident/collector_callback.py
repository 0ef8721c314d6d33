"""Has the garbage collector call it in the middle of the tests."""

import gc

gc.callbacks.append(lambda phase, info: None)


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
