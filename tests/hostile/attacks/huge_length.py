"""Return an object that claims to be as long as memory is wide."""
class Long:
    def __len__(self): return (1 << 63) - 1
    def __length_hint__(self): return (1 << 63) - 1
    def __iter__(self): return self
    def __next__(self): return 6
    def __contains__(self, item): return True
def total(numbers): return Long()
