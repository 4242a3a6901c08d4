"""What the routes answer, as plain functions of files and event data: no HTTP in here."""
