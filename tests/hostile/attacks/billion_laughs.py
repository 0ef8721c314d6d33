"""Return lists that share lists: little to send, without end to print."""
def total(numbers):
    value = [0] * 10
    for _ in range(60): value = [value] * 10
    return value
