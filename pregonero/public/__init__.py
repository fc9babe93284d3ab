"""What the outside sees without signing in (R-4)."""
