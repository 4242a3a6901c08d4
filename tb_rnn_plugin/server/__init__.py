"""The server: files to HTTP. Runs inside TensorBoard's process and imports neither TensorFlow nor Keras."""
