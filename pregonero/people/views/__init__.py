"""Pages of people: the session, the members of the entity, and the acts recorded on behalf of others."""
