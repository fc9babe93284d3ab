"""Facebook: see README in the folder above and docs/networks/facebook.md."""
