"""Tables for the terminal, of texts that others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.visible import visible

if TYPE_CHECKING:
    from rich.table import Table


def titled(title: str) -> Table:
    """A table without columns yet; its title is taken literally."""
    from rich.table import Table
    from rich.text import Text

    return Table(title=Text(visible(title)), title_justify="left", title_style="bold")


def add_row(table: Table, *cells: str) -> None:
    """Cells are taken literally: no markup of rich's, nothing that acts in a terminal."""
    from rich.text import Text

    table.add_row(*(Text(visible(cell)) for cell in cells))
