"""The website of the demonstration ministry, from which the product takes its news."""

from lab.site.pages import Site

__all__ = ["Site"]
