"""Why a file cannot be used, as the process that opened it says it."""


class CannotUse(Exception):
    """It is not what it should be ("malformed"), or larger than what is taken ("too_large"); `reason` is Spanish."""

    def __init__(self, reason: str, kind: str = "malformed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
