"""Counts words of texts; a small command line program."""
