"""The Keras backends behind the probe."""
