"""X: see README in the folder above and docs/networks/x.md."""
