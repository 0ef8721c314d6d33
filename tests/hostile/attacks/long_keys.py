"""Return a dictionary whose keys are megabytes long."""
def total(numbers): return {"x" * (1 << 20) + str(n): n for n in range(30)}
