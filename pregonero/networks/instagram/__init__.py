"""Instagram: see README in the folder above and docs/networks/instagram.md."""
