"""A real Bluesky server on this machine, and what stands before it to make its calls go wrong."""
