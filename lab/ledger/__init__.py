"""What happened in the laboratory, in one SQLite file that survives restarts."""

from lab.ledger.audit_log import Publication, Publications
from lab.ledger.comments import Comment, Comments
from lab.ledger.containers import Container, Containers
from lab.ledger.database import Database
from lab.ledger.media import Media, MediaShelf
from lab.ledger.posts import Post, Posts
from lab.ledger.uploads import Upload, Uploads

__all__ = [
    "Comment",
    "Comments",
    "Container",
    "Containers",
    "Database",
    "Media",
    "MediaShelf",
    "Post",
    "Posts",
    "Publication",
    "Publications",
    "Upload",
    "Uploads",
]  # fmt: skip
