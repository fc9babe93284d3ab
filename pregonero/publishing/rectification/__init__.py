"""Rectification in conditions of equity: who asked, what was decided, and the publication that corrects (N-2)."""
