"""Entities, their members, what each role may do, sign-in, and notices to a person."""
