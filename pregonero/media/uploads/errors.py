"""Why a part of an upload is refused. Each has the HTTP status that the tus protocol gives to it."""

from pregonero.errors import Conflict, NotFound, Refused


class BadRequest(Refused):
    """The request does not follow the protocol."""

    code = "bad_request"
    status = 400


class TooLarge(Refused):
    """The declared length is more than what is received."""

    code = "file_too_large"
    status = 413


class WrongOffset(Conflict):
    """The part does not start where the upload stopped."""

    status = 409


class Busy(Conflict):
    """Another request is writing to the same upload."""

    status = 423


class Expired(NotFound):
    """The upload is older than what is kept."""

    code = "expired"
    status = 410


class WrongChecksum(Refused):
    """The bytes of the part are not those that its checksum says."""

    code = "wrong_checksum"
    status = 460
