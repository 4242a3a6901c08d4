"""One run of each version of the log format, written by the package of that version."""
