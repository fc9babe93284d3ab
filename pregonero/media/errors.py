"""Why a file is refused. The message is Spanish and says what is wrong with the file.

UnusableFile
├── MalformedFile     it is damaged, incomplete, or not what its name says
│   └── UnsupportedFile   it is of a kind that is not received here
└── FileTooLarge      it has more bytes, pixels or seconds than the limits allow
"""

from pregonero.errors import Refused


class UnusableFile(Refused):
    """The file cannot be stored or converted."""

    code = "unusable_file"


class MalformedFile(UnusableFile):
    """The file is damaged, incomplete, or not what its name says."""

    code = "malformed_file"


class UnsupportedFile(MalformedFile):
    """The file is of a kind that is not received here."""

    code = "unsupported_file"


class FileTooLarge(UnusableFile):
    """The file has more bytes, pixels or seconds than the limits allow."""

    code = "file_too_large"
