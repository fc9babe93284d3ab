"""How long the calendar and «proponer una hora» take with few and with many publications: p95 and queries (P-2).

Each size has an entity of its own with the same days around today: eight publications a day, each of
its own news item, and twenty drafts that wait. Further publications are older, so only the history grows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from django.test import override_settings
from django.utils import timezone

from bench.page_times import Installation, Report, measure_pages, signed_in
from bench.setup import new_member
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News, NewsState
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import fingerprint_of, post_payload
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.publishing.calendar_models import CalendarRules
from pregonero.publishing.models import Adaptation, Publication, PublicationState

SIZES = (100, 10_000, 200_000)
LONGEST_MS = 100
A_DAY, AHEAD, DRAFTS, BATCH = 8, 5, 20, 2_000
FIRST_HOUR, LASTS = 8, timedelta(hours=1)


def measure(sizes: tuple[int, ...] = SIZES) -> Report:
    """Make the publications of each size, and measure every page in turns."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        return measure_pages([make_installation(size) for size in sizes])


def is_fast(report: Report) -> bool:
    """Return whether every page makes the same queries at every size, keeps its time, and takes less than 100 ms."""
    return report.is_constant and all(row.p95_ms < LONGEST_MS for row in report.rows)


def make_installation(size: int) -> Installation:
    """Return an entity with this many publications, and twenty drafts; the size is at least that of the near days."""
    member, now = new_member(f"parrilla-{size}"), timezone.now()
    accounts = [_account(member, network) for network in ("facebook", "instagram")]
    member.roles = [Role.COMMUNITY_MANAGER]  # a coordinator registers accounts, and does not schedule
    member.save(update_fields=["roles"])
    _rules(member, now)
    publications = _publications(member, size, now)
    Adaptation.objects.bulk_create(
        (
            Adaptation(publication=publication, account=account, text=publication.title)
            for publication in publications
            for account in accounts
        ),
        batch_size=BATCH,
    )
    Delivery.objects.bulk_create(
        (_delivery(publication, accounts[0], now) for publication in publications if publication.due_at),
        batch_size=BATCH,
    )
    draft, today = publications[-1], timezone.localdate(now)
    paths = {
        "día": f"/parrilla/{today}/",
        "semana": f"/parrilla/{today}/semana/",
        "proponer una hora": f"/publicaciones/{draft.pk}/propuesta/",
        "hacer sitio": f"/publicaciones/{draft.pk}/sitio/?hora={today + timedelta(days=1)}T10:00",
    }
    return Installation(size, signed_in(member.user), paths)


def _publications(member: Member, size: int, now: datetime) -> list[Publication]:
    """Return scheduled publications from some days ahead back into the past, and then the drafts."""
    times = list(_times(size, now))
    news = News.objects.bulk_create(
        (
            News(
                entity=member.entity,
                address=f"https://www.mincit.gov.co/{size}/{number}",
                key=f"https://www.mincit.gov.co/{size}/{number}",
                title=f"Nota {number}",
                state=NewsState.INFORMED,
                found_at=at,
            )
            for number, at in enumerate(times)
        ),
        batch_size=BATCH,
    )
    rows = (
        _publication(member, item, at, number, len(times))
        for number, (item, at) in enumerate(zip(news, times, strict=True))
    )
    return Publication.objects.bulk_create(rows, batch_size=BATCH)


def _times(size: int, now: datetime) -> Iterator[datetime]:
    """Yield the time of each publication, the last ones first; those of the drafts are when they were made."""
    first = timezone.localtime(now).replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    for number in range(size):
        day, of_day = divmod(number, A_DAY)
        yield first + timedelta(days=AHEAD - day, hours=of_day)
    yield from (now for _ in range(DRAFTS))


def _publication(member: Member, news: News, at: datetime, number: int, total: int) -> Publication:
    is_draft = number >= total - DRAFTS
    return Publication(
        entity=member.entity,
        number=f"B-{number}",
        key=uuid4(),
        source_kind="news",
        source_id=news.pk,
        source_name=news.title,
        title=f"Nota {number}: crecen las exportaciones",
        theme=f"Tema {number % 40}",
        why="Medir",
        link=news.address,
        relevance=1 + number % 3,
        state=PublicationState.DRAFT if is_draft else PublicationState.PROGRAMMED,
        due_at=None if is_draft else at,
        created_by=member,
        created_at=at,
        edited_by=member,
        edited_at=at,
    )


def _delivery(publication: Publication, account: Account, now: datetime) -> Delivery:
    payload = post_payload(publication.title)
    at = publication.due_at or now
    is_out = at <= now
    return Delivery(
        entity_id=publication.entity_id,
        subject_kind="publication",
        subject_id=publication.pk,
        subject_name=publication.title,
        payload=payload,
        fingerprint=fingerprint_of(payload),
        account=account,
        due_at=at,
        prepare_at=at,
        ready_at=at,
        expires_at=at + LASTS,
        state=DeliveryState.PUBLISHED if is_out else DeliveryState.PLANNED,
        published_at=at if is_out else None,
        remote_id=f"p{publication.pk}" if is_out else "",
    )


def _rules(member: Member, now: datetime) -> None:
    CalendarRules.objects.create(
        entity=member.entity,
        version=1,
        gap_minutes=20,
        best_hours=[8, 9, 17],
        topics_apart=[["Tema 1", "Tema 2"]],
        apart_minutes=120,
        skips_holidays=True,
        reason="Medir",
        by=member,
        at=now,
    )


def _account(by: Member, network: str) -> Account:
    return register_account(
        entity=by.entity,
        network=network,
        handle=f"banco{by.pk}",
        display_name="Banco",
        purpose="Medición",
        root_mailbox="",
        by=by,
        now=timezone.now(),
    )
