# Be a text that no parser finishes.
def total(numbers) return ((((((((((((((((((((((((((((6
