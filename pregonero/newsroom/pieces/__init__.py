"""Pieces that complete a news item or a need: uploads, versions, notes, and how each network shows them (D-1)."""
