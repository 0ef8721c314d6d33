"""Raises SkipTest: a skipped test is no failed one."""

import unittest


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        raise unittest.SkipTest("nothing to see")

    def history(self):
        return []
