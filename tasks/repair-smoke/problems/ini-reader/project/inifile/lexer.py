"""From text to lines that mean something."""

COMMENTS = "#;"


class Line:
    """A line: its number, kind (``section``, ``pair`` or ``more``) and parts."""

    def __init__(self, number, kind, name, value=""):
        self.number = number
        self.kind = kind
        self.name = name
        self.value = value


def without_comment(text):
    """The text up to a comment, which begins a line or stands behind a space."""
    for at, char in enumerate(text):
        if char in COMMENTS and (at == 0 or text[at - 1].isspace()):
            return text[:at].rstrip()
    return text.rstrip()


def lines(text):
    for number, raw in enumerate(text.split("\n"), 1):
        line = without_comment(raw)
        if not line.strip():
            continue
        if line[0].isspace():
            yield Line(number, "more", "", line.strip())
        elif line.startswith("["):
            if not line.endswith("]"):
                raise SyntaxError(f"line {number}: a section without an end")
            yield Line(number, "section", line[1:-1].strip())
        else:
            name, sign, value = line.partition("=")
            if not sign:
                raise SyntaxError(f"line {number}: neither a section nor a setting")
            yield Line(number, "pair", name.strip().lower(), unquoted(value.strip()))


def unquoted(value):
    """A value without the double quotes around it."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value
