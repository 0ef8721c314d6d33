"""Raise an exception whose text and class name cannot be written down."""
def total(numbers): raise ValueError("\udcff\ud800 </script> \x00")
