"""Mastodon: see README in the folder above and docs/networks/mastodon.md."""
