"""A real training run that fills every view: two character models of Python's own source."""
