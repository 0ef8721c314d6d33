"""What a value can be sent through."""

FILTERS = {
    "upper": lambda value: str(value).upper(),
    "length": len,
    "sorted": sorted,
    "title": lambda value: str(value).title(),
}
