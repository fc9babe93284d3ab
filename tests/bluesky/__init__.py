"""A real Bluesky server on this machine, behind a proxy that applies faults to its calls."""
