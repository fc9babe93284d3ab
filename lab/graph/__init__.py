"""The Graph API of Facebook pages and Instagram: one address, one door, two networks."""

from lab.graph.api import DIALECT

__all__ = ["DIALECT"]
