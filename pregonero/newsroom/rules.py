"""Rights and states of sources and news: each check raises a `Refused` with the reason."""

from datetime import datetime

from django.utils import timezone

from pregonero.errors import Conflict, NotAllowed, Refused, WrongState
from pregonero.newsroom.models import Informing, News, NewsState, Source, SourceState
from pregonero.newsroom.reading.urls import host_of, is_allowed_by_name
from pregonero.people.models import Entity, Member
from pregonero.people.rules import as_question, check_may
from pregonero.records.undo import check_in_time


class NotOfficial(Refused):
    """The link is not on the entity's official website."""

    code = "not_official"


class AlreadyInformed(Conflict):
    """The news was informed before; `data["news"]` is its id."""

    code = "already_informed"


def check_official(entity: Entity, address: str) -> None:
    """Raise `NotOfficial` unless the link is on an official domain, or on a host that the settings allow."""
    host = host_of(address)
    domains = [domain.lower().lstrip(".") for domain in entity.official_domains]
    if any(host == domain or host.endswith(f".{domain}") for domain in domains) or is_allowed_by_name(address):
        return
    if not domains:
        raise NotOfficial(f"{entity.short_name} no tiene dominios oficiales registrados: pídelos a la coordinación.")
    raise NotOfficial(f"Solo sirven enlaces de {' o de '.join(domains)}, y ese es de «{host}».")


def check_may_inform(member: Member, news: News, *, now: datetime) -> None:
    """Raise unless the member may inform this news item now (P-1)."""
    check_may(member, "news.inform", now=now)
    check_not_informed(news)


def check_not_informed(news: News) -> None:
    """Raise `AlreadyInformed`, with who informed it and when, if the news is informed."""
    if news.state == NewsState.INFORMED:
        informing = Informing.objects.select_related("by", "rule__source").get(news=news)
        when = timezone.localtime(informing.at)
        raise AlreadyInformed(
            f"Esta noticia ya se informó el {when:%d/%m/%Y a las %H:%M} ({informing.who}).", news=news.pk
        )


def check_may_dismiss(member: Member, news: News, *, now: datetime) -> None:
    """Raise unless the member may dismiss this news item now."""
    check_may(member, "news.dismiss", now=now)
    if news.state != NewsState.CANDIDATE:
        raise WrongState(f"La noticia está {news.get_state_display()}; solo se descarta una candidata.")


def check_may_undo_dismissal(member: Member, news: News, *, now: datetime) -> None:
    """Raise unless the member dismissed this news item in the last seconds, and nobody informed it since."""
    check_may(member, "news.dismiss", now=now)
    check_not_informed(news)
    dismissal = news.dismissal
    if dismissal is None:
        raise WrongState("El descarte ya se deshizo.")
    if dismissal.by_id != member.pk:
        raise NotAllowed(f"Solo {dismissal.by.name} puede deshacer ese descarte, y solo en los primeros segundos.")
    check_in_time(dismissal.at, now=now, instead="La noticia se puede informar cuando haga falta.")


def check_may_manage(member: Member, source: Source, *, now: datetime) -> None:
    """Raise unless the member may retire this source now."""
    check_may(member, "sources.manage", now=now)
    check_in_use(source)


def check_may_sign(member: Member, source: Source, *, now: datetime) -> None:
    """Raise unless the member, the coordinator, may sign or revoke the standing rule of this source now (P-1)."""
    check_may(member, "rules.sign", now=now)
    check_in_use(source)


def check_in_use(source: Source) -> None:
    """Raise unless the source is active."""
    if source.state != SourceState.ACTIVE:
        raise WrongState(f"La fuente «{source}» está retirada.")


may_inform = as_question(check_may_inform)
may_dismiss = as_question(check_may_dismiss)
may_manage = as_question(check_may_manage)
may_sign = as_question(check_may_sign)
is_official = as_question(check_official)
