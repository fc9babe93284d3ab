"""Who may do what with sources and news, and in which state: each check raises with the reason."""

from datetime import datetime

from django.utils import timezone

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.newsroom.models import Informing, News, NewsState, Source, SourceState
from pregonero.newsroom.reading.safe_url import is_allowed_by_name
from pregonero.newsroom.reading.urls import host_of
from pregonero.people.models import Entity, Member
from pregonero.people.rules import as_question, check_may


class NotOfficial(Refused):
    """The link is not of the entity's official website."""

    code = "not_official"


class AlreadyInformed(Conflict):
    """The news was informed before; `data["news"]` is its number."""

    code = "already_informed"


def check_official(entity: Entity, address: str) -> None:
    """Raise `NotOfficial` unless the link is on a domain of the entity, or on a host that the installation names."""
    host = host_of(address)
    domains = [domain.lower().lstrip(".") for domain in entity.official_domains]
    if any(host == domain or host.endswith(f".{domain}") for domain in domains) or is_allowed_by_name(address):
        return
    names = ", ".join(domains) or "ninguno todavía"
    raise NotOfficial(f"«{host}» no es un dominio oficial de {entity.short_name} (son: {names}).")


def check_may_inform(member: Member, news: News, *, now: datetime) -> None:
    """Raise unless this person may inform this news item now (P-1)."""
    check_may(member, "news.inform", now=now)
    check_not_informed(news)


def check_not_informed(news: News) -> None:
    """Raise `AlreadyInformed`, saying by whom and when, if the news was informed before."""
    if news.state == NewsState.INFORMED:
        informing = Informing.objects.select_related("by", "rule__source").get(news=news)
        when = timezone.localtime(informing.at)
        raise AlreadyInformed(
            f"Esta noticia ya se informó el {when:%d/%m/%Y a las %H:%M} ({informing.who}).", news=news.pk
        )


def check_may_dismiss(member: Member, news: News, *, now: datetime) -> None:
    """Raise unless this person may dismiss this news item now."""
    check_may(member, "news.dismiss", now=now)
    if news.state != NewsState.CANDIDATE:
        raise WrongState(f"La noticia está {news.get_state_display()}; solo se descarta una candidata.")


def check_may_manage(member: Member, source: Source, *, now: datetime) -> None:
    """Raise unless this person may retire this source now."""
    check_may(member, "sources.manage", now=now)
    check_in_use(source)


def check_may_sign(member: Member, source: Source, *, now: datetime) -> None:
    """Raise unless this person may sign or revoke this source's standing rule now (P-1: the coordinator)."""
    check_may(member, "rules.sign", now=now)
    check_in_use(source)


def check_in_use(source: Source) -> None:
    """Raise unless the source is read."""
    if source.state != SourceState.ACTIVE:
        raise WrongState(f"La fuente «{source}» está retirada.")


may_inform = as_question(check_may_inform)
may_dismiss = as_question(check_may_dismiss)
may_manage = as_question(check_may_manage)
may_sign = as_question(check_may_sign)
is_official = as_question(check_official)
