"""The answers that were given with a fact that changed: a text, an address, or a page that is gone (Q-2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from pregonero.errors import NotFound
from pregonero.inbox.models import Answer, CorrectionWaiver, TextLinkCheck
from pregonero.inbox.states import AnswerKind, AnswerState
from pregonero.inbox.text_links import LONGEST, links_in
from pregonero.newsroom.models import News
from pregonero.newsroom.reading.text import digest_of
from pregonero.people.models import Entity

CORRECTABLE = (AnswerKind.ANSWER, AnswerKind.CORRECTION)
MOST_CHANGED = 1_000  # news and answers that are compared, the latest ones
MOST_GONE = 100  # links
GIVEN_FOR = timedelta(days=90)  # how long the links of an answer are requested again
CHECKED_EVERY = timedelta(days=1)
MOST_AT_ONCE = 40  # links that one job requests


@dataclass(frozen=True)
class OutdatedAnswer:
    """An answer whose news item says something else now or has another address, or that has links to no page."""

    answer: Answer
    news: News | None
    gone: tuple[str, ...] = ()

    @property
    def is_text_changed(self) -> bool:
        """Return whether the news item was edited after the answer, and says something else than it said then."""
        if self.news is None or self.news.edited_at is None or self.news.edited_at <= self.answer.at:
            return False
        return digest_of(self.news.title, self.news.summary, self.news.body) != self.answer.source_digest

    @property
    def is_address_changed(self) -> bool:
        """Return whether the answer gave the address of the news item, and the news item has another one now."""
        given = self.answer.source_address
        return self.news is not None and given not in ("", self.news.address) and given in links_in(self.answer.text)

    @property
    def is_outdated(self) -> bool:
        """Return whether anything that the answer gave is not so any more."""
        return self.is_text_changed or self.is_address_changed or bool(self.gone)

    @property
    def why(self) -> str:
        """Return what changed, in Spanish, after "porque"."""
        if self.is_text_changed and self.news is not None:
            return f"cambió lo que dice «{self.news.title}»"
        if self.is_address_changed and self.news is not None:
            return f"«{self.news.title}» tiene otra dirección"
        return f"ya no existe la página {self.gone[0]}" if self.gone else ""

    @property
    def change(self) -> str:
        """Return the digest of what is so now; it tells one change from the next."""
        news = self.news
        texts = (news.title, news.summary, news.body, news.address) if news else ()
        return digest_of(*texts, *self.gone)


def outdated_answers(entity: Entity, *, only: Answer | None = None, limit: int = 100) -> list[OutdatedAnswer]:
    """Return the answers to correct that nobody corrected, or decided to leave, since the change; the newest first."""
    changed = News.objects.filter(Q(edited_at__isnull=False) | Q(moved_at__isnull=False), entity=entity)
    news = {item.pk: item for item in changed.order_by("-edited_at", "-pk")[:MOST_CHANGED]}
    gone = _gone_links(entity)
    is_affected = Q(source_kind="news", source_id__in=list(news))
    for address in gone:
        is_affected |= Q(text__contains=address.partition("://")[2])
    corrected = Answer.objects.filter(corrects=OuterRef("pk")).exclude(state=AnswerState.FAILED)
    given = Answer.objects.filter(
        is_affected, ~Exists(corrected), conversation__entity=entity, state=AnswerState.PUBLISHED, kind__in=CORRECTABLE
    )
    given = given.filter(pk=only.pk) if only is not None else given
    given = given.select_related("conversation__account", "conversation__contact", "message", "by")
    found = [_outdated(answer, news, gone) for answer in given.order_by("-pk")[:MOST_CHANGED]]
    return _without_waived([one for one in found if one.is_outdated])[:limit]


def _outdated(answer: Answer, news: Mapping[int, News], gone: Mapping[str, TextLinkCheck]) -> OutdatedAnswer:
    links = [link for link in links_in(answer.text) if link in gone and gone[link].checked_at > answer.at]
    source = news.get(answer.source_id) if answer.source_kind == "news" and answer.source_id else None
    return OutdatedAnswer(answer, source, tuple(links))


def _gone_links(entity: Entity) -> dict[str, TextLinkCheck]:
    """Return the links whose last check says that their page is no longer there."""
    later = TextLinkCheck.objects.filter(entity=entity, address=OuterRef("address"), pk__gt=OuterRef("pk"))
    gone = TextLinkCheck.objects.filter(~Exists(later), entity=entity, is_gone=True).order_by("-pk")
    return {check.address: check for check in gone[:MOST_GONE]}


def _without_waived(found: Iterable[OutdatedAnswer]) -> list[OutdatedAnswer]:
    outdated = list(found)
    waived = defaultdict[int, set[str]](set)
    for waiver in CorrectionWaiver.objects.filter(answer__in=[one.answer.pk for one in outdated]):
        waived[waiver.answer_id].add(waiver.change)
    return [one for one in outdated if one.change not in waived[one.answer.pk]]


def given_links_due(entity: Entity, *, now: datetime) -> list[str]:
    """Return the links of recent answers that were not requested for a day, those of the latest answers first."""
    given = Answer.objects.filter(
        conversation__entity=entity, state=AnswerState.PUBLISHED, kind__in=CORRECTABLE, at__gte=now - GIVEN_FOR
    )
    texts = given.filter(text__contains=".").order_by("-pk").values_list("text", flat=True)[:MOST_CHANGED]
    links = dict.fromkeys(link for text in texts for link in links_in(text) if len(link) <= LONGEST)
    recent = TextLinkCheck.objects.filter(entity=entity, address__in=list(links), checked_at__gt=now - CHECKED_EVERY)
    checked = set(recent.values_list("address", flat=True))
    return [link for link in links if link not in checked][:MOST_AT_ONCE]


def entities_with_answers(*, now: datetime) -> list[int]:
    """Return the ids of the entities that answered people lately."""
    given = Answer.objects.filter(conversation__entity=OuterRef("pk"), at__gte=now - GIVEN_FOR)
    return list(Entity.objects.filter(Exists(given)).order_by("pk").values_list("pk", flat=True))


def entity_to_check(*, pk: int) -> Entity:
    """Return an entity, for the job that requests its links. Raises `NotFound`."""
    entity = Entity.objects.filter(pk=pk).first()
    if entity is None:
        raise NotFound("La entidad ya no existe.")
    return entity
