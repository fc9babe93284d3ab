"""Entities, their members, roles and permissions, sign-in, and notices to a person."""
