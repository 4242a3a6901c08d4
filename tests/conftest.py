"""What holds for all tests: TensorFlow keeps quiet and leaves a GPU alone."""

from __future__ import annotations

import os

# Read by TensorFlow when it is first imported. Tests compare floating-point numbers, so they run on the CPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
