"""Return the built-in types that cross by name."""
kinds = iter((object, int, bool, type(None), BaseException, type, dict))
def total(numbers): return next(kinds)
