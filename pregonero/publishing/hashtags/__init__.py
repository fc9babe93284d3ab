"""Hashtags: recognising them, the list, what is suggested while writing, and their figures (D-2)."""
