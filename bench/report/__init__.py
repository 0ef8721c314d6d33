"""From the records of runs to what people read: tables, files."""
