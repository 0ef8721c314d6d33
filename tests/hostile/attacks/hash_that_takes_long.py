"""Return sets and keys of nested tuples whose hashes take for ever."""

def nest(depth):
    made = ()
    for _ in range(depth):
        made = (made, 2**64, frozenset((made,)))
    return made


def total(numbers):
    return {nest(13): 6, frozenset(nest(12)): {nest(11)}}
