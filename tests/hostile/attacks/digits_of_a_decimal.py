"""Return a Decimal of ten million digits and one with an exponent of eighteen."""
from decimal import Decimal
calls = []
def total(numbers):
    calls.append(1)
    return Decimal("9" * 10_000_000) if len(calls) == 1 else Decimal("1E+999999999999999999")
