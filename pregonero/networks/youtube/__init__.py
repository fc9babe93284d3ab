"""YouTube: see README in the folder above and docs/networks/youtube.md."""
