"""The log format: arrays to files and back. Both `probe` and `server` import it."""
