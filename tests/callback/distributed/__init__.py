"""Training on several devices and on several machines, each in a process that sets up its own TensorFlow."""
