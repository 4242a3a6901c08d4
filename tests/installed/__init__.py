"""What people get from the package index, in an environment that holds nothing else; `make compat` runs it."""
