"""An emulator of YouTube Data API v3."""
