"""Real training runs that fill every view: character models of Python's own source."""
