"""Models: one file a wire format, and what they share (client, retries, parameters, prices)."""
