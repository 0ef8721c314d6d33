"""Return containers that equal others although they hold other things."""

import collections


def total(numbers):
    made = collections.Counter({6: 0, 0: 0})
    return collections.ChainMap(made, collections.OrderedDict())
