"""Training on several devices and on several machines: whole processes, each with a TensorFlow set up for it."""
