"""Inspection and conversion of files from outside, in a child process with limits of memory, time and disk."""
