"""Drives the tab inside a real notebook, in a real Chromium. Needs a Jupyter: `make notebook` installs one."""
