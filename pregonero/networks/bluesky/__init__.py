"""Bluesky: see README in the folder above and docs/networks/bluesky.md."""
