"""The demonstration: an entity of its own, and one news item carried through, so that a newcomer sees it work."""
