"""In which order jobs can run."""


class CycleError(ValueError):
    """Jobs that wait for each other in a circle."""


def order(needs):
    """All jobs, each behind what it needs; by name where the order is free."""
    done, path, result = set(), [], []

    def visit(job):
        if job in done:
            return
        if job in path:
            raise CycleError(" -> ".join([*path[path.index(job) :], job]))
        path.append(job)
        for other in sorted(needs.get(job, ())):
            visit(other)
        path.pop()
        done.add(job)
        result.append(job)

    for job in sorted(needs):
        visit(job)
    return result
