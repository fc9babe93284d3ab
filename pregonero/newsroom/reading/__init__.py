"""Reading of public web pages and files. Pure functions and bounded downloads, without the database.

A failure is an `Unreadable` with a Spanish sentence for the person who administers the source.
"""
