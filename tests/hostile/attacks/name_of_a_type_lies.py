"""Return values whose classes have names and modules that are not strings."""

class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)

    @property
    def __module__(cls):
        return "numpy"

    def mro(cls):
        return [cls, object]


class Thing(metaclass=Meta):
    ndim = 0

    def item(self):
        return Thing()


def total(numbers):
    return Thing()
