"""The vendors' batch APIs: one file a vendor, what they share in ``base``."""
