"""An emulator of X API v2."""
