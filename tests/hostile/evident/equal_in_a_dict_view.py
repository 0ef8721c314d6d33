"""Return liars inside containers that are not looked into."""

import collections


class Six:
    def __eq__(self, other):
        return True

    __hash__ = None


class Many(collections.UserList):
    pass



class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        return collections.deque([Six()])

    def history(self):
        return Many([Six()])
