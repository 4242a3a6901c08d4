"""The tab inside a real notebook, in a real Chromium, and the demo's notebook; `make notebook` runs these tests."""
