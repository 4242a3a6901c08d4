"""Findings, on networks that are built to have a fault and on networks that are not."""
