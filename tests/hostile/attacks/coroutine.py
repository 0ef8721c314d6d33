"""Return a coroutine that nobody awaits."""
async def total(numbers): return 6
