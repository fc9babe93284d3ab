"""The lab's SQLite database, and the files of the media beside it. Both survive a restart."""
