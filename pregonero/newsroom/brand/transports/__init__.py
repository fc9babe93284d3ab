"""How the server of the manual is read: FTP, FTPS or SFTP. Nothing here knows the database."""

from pregonero.newsroom.brand.transports.base import Connection, Login
from pregonero.newsroom.brand.transports.ftp import FTPConnection
from pregonero.newsroom.brand.transports.sftp import SFTPConnection

KINDS: dict[str, type[FTPConnection] | type[SFTPConnection]] = {
    "FTP": FTPConnection,
    "FTPS": FTPConnection,
    "SFTP": SFTPConnection,
}


def connect(login: Login, *, seconds: float) -> Connection:
    """Return a connection, signed in, that ends by itself after `seconds`. Raises `ServerError` or `Unreadable`."""
    return KINDS[login.protocol](login, seconds=seconds)
