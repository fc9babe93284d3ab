"""Reads of the outbox: the work that is due, and what the screens show of a delivery."""
