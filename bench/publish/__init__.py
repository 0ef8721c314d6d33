"""Results as a folder that others can check: making one, and whether its numbers follow from its samples."""
