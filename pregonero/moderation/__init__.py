"""Moderation without censorship: community rules, decisions and their reasons (N-3, N-4, ALL-1)."""
