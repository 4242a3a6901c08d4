"""The built packages, each installed in an environment of its own; `make compat` runs these tests."""
