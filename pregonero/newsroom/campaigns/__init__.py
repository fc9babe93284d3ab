"""Campaigns: the needs and news that they gather, with their figures (M-4)."""
