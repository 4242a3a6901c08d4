"""`make test` installs nothing anew. A file that is named to pytest is collected all the same."""

collect_ignore = ["test_installed.py"]
