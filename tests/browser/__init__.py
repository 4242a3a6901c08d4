"""Drives a real TensorBoard in a real Chromium."""
