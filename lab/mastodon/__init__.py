"""An emulator of the Mastodon API."""
