"""Copies of an installation: the database, the media and, apart, the keys; and how they come back."""
