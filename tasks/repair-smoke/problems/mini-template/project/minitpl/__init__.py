"""Templates: {{ name }}, {% for x in xs %}, {% if x %}."""

from minitpl.nodes import render
from minitpl.parser import TemplateError, parse


def fill(template, **values):
    """The template with its values filled in."""
    return render(parse(template), values)


__all__ = ["TemplateError", "fill"]
