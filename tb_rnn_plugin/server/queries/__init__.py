"""The answers of the routes, as plain functions of a run: no HTTP in here."""
