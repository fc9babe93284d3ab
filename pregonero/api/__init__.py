"""The API: what other programs of the entity read and do, each for a person and with the rights of that person."""
