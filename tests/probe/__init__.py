"""Tests of the probe, against the reference and against the layers' own outputs."""
