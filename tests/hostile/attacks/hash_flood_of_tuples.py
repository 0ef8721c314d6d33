"""Return a set of nested tuples that all hash alike."""
def total(numbers):
    return {((number * ((1 << 61) - 1),),) for number in range(40_000)}
