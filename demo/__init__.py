"""Trains character models on Python's own source, for runs that fill every view of the tab."""
