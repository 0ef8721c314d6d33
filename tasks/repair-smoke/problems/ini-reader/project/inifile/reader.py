"""From lines to sections."""

from inifile.lexer import lines


def read(text):
    """Sections by name, each a dict of settings; what stands before any section is in ``""``."""
    sections = {"": {}}
    current, last = "", None
    for line in lines(text):
        if line.kind == "section":
            current, last = line.name, None
            sections.setdefault(current, {})
        elif line.kind == "more":
            if last is None:
                raise SyntaxError(f"line {line.number}: goes on with nothing")
            sections[current][last] += "\n" + line.value
        else:
            last = line.name
            sections[current][last] = line.value
    return sections
