"""Tables of text: read, joined, written."""

from csvtable.join import join
from csvtable.read import read
from csvtable.write import write

__all__ = ["join", "read", "write"]
