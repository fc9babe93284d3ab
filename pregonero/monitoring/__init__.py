"""Topical matters: media and accounts that are followed, topics, and what is decided about them (procedure 5.4)."""
