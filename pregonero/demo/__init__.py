"""The demonstration of `pregonero run` and `pregonero demo`: an entity that publishes one news item at the lab."""
