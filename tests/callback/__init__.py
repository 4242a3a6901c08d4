"""Tests of the callback, in real fits of tiny models."""
