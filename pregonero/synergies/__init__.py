"""Synergies of government: contents that an office asks to support (procedure 5.2)."""
