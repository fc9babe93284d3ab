"""Measurements against a peer and against an upper bound, in one run."""
