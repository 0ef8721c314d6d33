"""Return a number that raises when it is compared, hashed or added."""
from decimal import Decimal
def total(numbers): return Decimal("sNaN")
