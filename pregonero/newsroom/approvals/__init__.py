"""Approval of pieces: here or in the neighbouring procedure, sending to the publishers, and guest links (P-4, P-5)."""
