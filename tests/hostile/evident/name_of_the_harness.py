"""Leave names in its module that the harness and the tests of the harness use."""

def __honest__(value):
    return value


__name__ = "tests"
__file__ = "<tests>"
namespace = {}
TestCase = AccountTest = None
class Marked(int):
    pass


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 7

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        return Marked(-1)

    def history(self):
        return Marked(-1)
