"""OAuth 2.0 of the emulated networks: consent pages, authorization codes and access tokens."""
