"""What a piece completes, from the link that a person gives."""

import re
from urllib.parse import urlsplit

from pregonero.errors import NotFound
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.queries import get_need, news_at
from pregonero.newsroom.queries import get_news
from pregonero.people.models import Member

OWN_PAGE = re.compile(r"/(noticias|necesidades)/(\d{1,18})/")


class SourceNotFound(NotFound):
    """Nothing is at the link."""


def source_at(*, member: Member, address: str) -> News | Need:
    """Return the news item or need at a link: of the website, or of its page here. Raises `SourceNotFound`."""
    own = OWN_PAGE.fullmatch(_path(address))
    try:
        if own is None:
            return news_at(member=member, address=address)
        kind, pk = own.groups()
        return get_news(member=member, pk=int(pk)) if kind == "noticias" else get_need(member=member, pk=int(pk))
    except NotFound as error:
        raise SourceNotFound("Ese enlace no es de una noticia ni de una necesidad de aquí.") from error


def _path(address: str) -> str:
    try:
        return urlsplit(address.strip()).path
    except ValueError:
        return ""
