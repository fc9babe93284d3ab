"""An emulator of the Graph API for Facebook pages and Instagram accounts."""
