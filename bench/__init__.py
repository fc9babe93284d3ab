"""Measurements: each prints a table of ratios against a peer and the limit, in one run."""
