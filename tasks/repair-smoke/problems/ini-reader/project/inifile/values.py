"""What values can be read as."""

TRUE = {"yes", "true", "on", "1"}
FALSE = {"no", "false", "off", "0"}


def as_bool(value):
    word = value.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError(f"neither yes nor no: {value!r}")


def as_list(value):
    return [part.strip() for part in value.replace("\n", ",").split(",") if part.strip()]
