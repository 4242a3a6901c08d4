"""Runs of each version of the log format, as the package of that time wrote them."""
