"""Return a structure nested deeper than any reader."""
def total(numbers):
    value = []
    for _ in range(100000): value = [value]
    return value
