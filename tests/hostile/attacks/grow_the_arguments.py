"""Send back arguments that have become larger than memory."""
def total(numbers):
    numbers.extend(range(20_000_000))
    return 0
