"""Describes the routes: writes the tables of `http_api.md` and the TypeScript types of requests and answers."""
