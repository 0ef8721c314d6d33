"""From text to rows."""

import csv
import io


def read(text):
    """Rows as dicts; names and values without white space around them."""
    rows = csv.reader(io.StringIO(text))
    try:
        names = [name.strip() for name in next(rows)]
    except StopIteration:
        return []
    if len(set(names)) < len(names):
        raise ValueError("two columns of one name")
    return [dict(zip(names, map(str.strip, row), strict=False)) for row in rows if row]
