"""Tests of `probe/one_pass`."""
