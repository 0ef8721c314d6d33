"""Two tables by a column that both have."""


def join(left, right, on, how="inner"):
    """Rows of ``left`` with the columns of the rows of ``right`` that have the same value in ``on``.

    ``how``: ``inner`` leaves out rows without a match, ``left`` keeps those of ``left`` with empty columns.
    """
    if how not in ("inner", "left"):
        raise ValueError(f"no such join: {how}")
    index = {row[on]: row for row in right}
    columns = [name for row in right[:1] for name in row if name != on]
    joined = []
    for row in left:
        match = index.get(row[on])
        if match is not None:
            joined.append({**row, **{name: match[name] for name in columns}})
        elif how == "left":
            joined.append({**row, **dict.fromkeys(columns, "")})
    return joined
