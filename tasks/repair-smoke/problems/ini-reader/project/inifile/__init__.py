"""Reads settings files of sections and keys."""

from inifile.reader import read
from inifile.values import as_bool, as_list

__all__ = ["as_bool", "as_list", "read"]
