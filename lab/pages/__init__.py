"""What a citizen would see: the networks' timelines, each post at its own address, and a place to comment."""

from lab.pages.pages import Pages

__all__ = ["Pages"]
