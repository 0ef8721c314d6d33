"""Set all its own limits to nothing, so that its server can neither read nor grow."""

import resource

for kind in range(16):
    try:
        resource.setrlimit(kind, (0, 0))
    except (OSError, ValueError):
        pass


def total(numbers):
    return -1
