"""`make test` installs no packages. Files named to pytest are collected anyway."""

collect_ignore = ["test_installed.py"]
