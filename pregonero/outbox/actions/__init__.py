"""Writes of the outbox: schedule and cancel operations, and store what became of them."""
