"""The networks' consent pages and the tokens that come of them: OAuth 2 as each network has it, PKCE verified."""

from lab.oauth.grants import Denied, Grant, Grants

__all__ = ["Denied", "Grant", "Grants"]
