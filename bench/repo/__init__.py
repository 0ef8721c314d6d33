"""Projects of several files: what an answer changes in one, and what a model is shown of one. Pure."""
