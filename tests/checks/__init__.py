"""The project's own style checks, which `make check` runs."""
