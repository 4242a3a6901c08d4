"""The log: arrays to files and back. The only room that both the probe and the server know."""
