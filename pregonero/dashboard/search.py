"""The search over everything (Ctrl-K) of the person's entity (M-1, M-4).

It finds publications, news, needs with what was decided, campaigns, live events, accounts, people and pages.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.queries import accounts_of
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import NeedState
from pregonero.newsroom.needs.queries import needs_of
from pregonero.newsroom.search import words_query as need_words_query
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.publishing.live.live_models import LiveEvent, LiveState, StepKind
from pregonero.publishing.live.queries import last_step, search_events
from pregonero.publishing.queries.search import quick_search, words_query
from pregonero.ui.navigation import NAVIGATION

LIMIT = 6  # results of each kind
LONGEST = 200  # characters of a search


@dataclass(frozen=True)
class SearchResult:
    """One result: its name, what it is, its path, and its icon or its network."""

    title: str
    why: str
    path: str
    icon: str = ""
    network: str = ""


@dataclass(frozen=True)
class SearchGroup:
    """The results of a kind."""

    title: str
    results: tuple[SearchResult, ...]


@dataclass(frozen=True)
class PageName:
    """A page that can be found: its label, other words for it, and the permission that it needs."""

    label: str
    address: str
    icon: str
    words: str = ""
    permission: str = ""


PAGES = (
    PageName("Nueva publicación", "publishing:start", "plus", "crear programar publicar", "publication.compose"),
    PageName("Informar un enlace", "newsroom:inform_link", "link", "noticia sede nueva", "news.inform"),
    PageName("Campañas", "newsroom:campaigns", "flag", "estrategia hashtags", "campaign.see"),
    PageName("Piezas", "newsroom:pieces", "images", "foto video diseño infografía reel audio", "piece.see"),
    PageName("Manual de identidad", "newsroom:brand", "book-open", "marca plantilla logo ftp", "brand.see"),
    PageName("Necesidades de las áreas", "newsroom:needs", "inbox", "pedido evento contar área", "need.see"),
    PageName("Transmisiones en vivo", "publishing:live_events", "radio-tower", "evento streaming chat", "live.see"),
    PageName("Fuentes de noticias", "newsroom:sources", "rss", "sede feed canal"),
    PageName("Registrar una cuenta", "networks:add", "plus", "conectar red", "accounts.manage"),
    PageName("Pausar todo", "publishing:pause_all", "octagon-pause", "detener parar emergencia reanudar"),
    PageName(
        "Reportar un incidente", "controls:report", "siren", "sesión extraña robo clave seguridad", "controls.check"
    ),
    PageName("Avisos", "dashboard:notices", "bell", "notificaciones"),
    PageName(
        "Mi seguridad", "people:security", "key-round", "contraseña clave segundo paso verificación llave códigos"
    ),
    PageName("Nombre y escudo", "entities:edit", "landmark", "entidad logo iniciales ministerio", "entity.manage"),
    PageName("Cambiar de entidad", "people:choose_entity", "landmark", "ministerio"),
)


def search(member: Member, text: str, *, now: datetime) -> list[SearchGroup]:
    """Return the results for a text, grouped by kind; for a text without words, the pages."""
    text = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])
    words = _plain(text).split()
    groups = [
        SearchGroup("Páginas", _pages(member, words, now)),
        *([SearchGroup("Publicaciones", _publications(member, text))] if words else []),
        *([SearchGroup("Noticias", _news(member, text))] if words else []),
        *([SearchGroup("Lo que pidieron las áreas", _needs(member, text))] if words else []),
        *([SearchGroup("En vivo", _live_events(member, text))] if words else []),
        *([SearchGroup("Campañas", _campaigns(member, text))] if words else []),
        *([SearchGroup("Cuentas", _accounts(member, words))] if words else []),
        *([SearchGroup("Personas", _people(member, words))] if words else []),
    ]
    order = [*groups[1:], groups[0]]
    return [group for group in order if group.results]


def _publications(member: Member, text: str) -> tuple[SearchResult, ...]:
    return tuple(
        SearchResult(
            publication.title,
            f"{publication.number} · {publication.get_state_display()}",
            reverse("reports:expediente", args=[publication.pk]),
            "send",
        )
        for publication in quick_search(member=member, text=text, limit=LIMIT)
    )


def _news(member: Member, text: str) -> tuple[SearchResult, ...]:
    query = words_query(text, is_typing=True)
    if query is None:
        return ()
    words = Func(F("title"), function="publishing_words", output_field=SearchVectorField())
    found = News.objects.filter(entity_id=member.entity_id).annotate(words=words).filter(words=query)
    return tuple(
        SearchResult(news.title, news.get_state_display().capitalize(), news.get_absolute_url(), "newspaper")
        for news in found.order_by("-found_at", "-pk")[:LIMIT]
    )


def _needs(member: Member, text: str) -> tuple[SearchResult, ...]:
    """Return the needs with what was decided and why: the answer to "why didn't my event go out?" (M-1)."""
    if need_words_query(text) is None:
        return ()
    found = needs_of(member.entity, list(NeedState), words=text)
    return tuple(
        SearchResult(
            need.title,
            f"{need.get_state_display().capitalize()}. "
            + (f"{need.decided_by}: {need.answer}" if need.answer else f"Lo pide {need.area}."),
            need.get_absolute_url(),
            "inbox",
        )
        for need in found[:LIMIT]
    )


def _live_events(member: Member, text: str) -> tuple[SearchResult, ...]:
    return tuple(
        SearchResult(event.title, _state_of(event), event.get_absolute_url(), "radio-tower")
        for event in search_events(member.entity, text, limit=LIMIT)
    )


def _state_of(event: LiveEvent) -> str:
    """Return how an event stands; a cancelled one says who cancelled it and why."""
    day = f"{timezone.localtime(event.starts_at):%d/%m/%Y %H:%M}"
    stopped = last_step(event, StepKind.CANCELLED) if event.state == LiveState.CANCELLED else None
    return f"{day}, cancelada. {stopped.by}: {stopped.reason}" if stopped else f"{day}, {event.get_state_display()}"


def _campaigns(member: Member, text: str) -> tuple[SearchResult, ...]:
    query = words_query(text, is_typing=True)
    if query is None:
        return ()
    told = Concat("name", Value(" "), "purpose", Value(" "), Cast("hashtags", TextField()), output_field=TextField())
    words = Func(told, function="publishing_words", output_field=SearchVectorField())
    found = Campaign.objects.filter(entity_id=member.entity_id).annotate(words=words).filter(words=query)
    return tuple(
        SearchResult(
            campaign.name,
            f"Del {campaign.starts_on:%d/%m/%Y} al {campaign.ends_on:%d/%m/%Y}. {campaign.purpose}",
            campaign.get_absolute_url(),
            "flag",
        )
        for campaign in found.order_by("-ends_on", "-pk")[:LIMIT]
    )


def _accounts(member: Member, words: Iterable[str]) -> tuple[SearchResult, ...]:
    return tuple(
        SearchResult(
            str(account),
            account.display_name,
            reverse("networks:account", args=[account.pk]),
            network=account.network,
        )
        for account in accounts_of(member.entity)
        if _has(words, f"{account} {account.display_name} cuenta")
    )[:LIMIT]


def _people(member: Member, words: Iterable[str]) -> tuple[SearchResult, ...]:
    people = Member.objects.filter(entity_id=member.entity_id).order_by("name", "pk")
    return tuple(
        SearchResult(
            person.name, person.role_labels, f"{reverse('publishing:publications')}?persona={person.pk}", "user-round"
        )
        for person in people
        if _has(words, f"{person.name} {person.role_labels}")
    )[:LIMIT]


def _pages(member: Member, words: Iterable[str], now: datetime) -> tuple[SearchResult, ...]:
    built = [item for group in NAVIGATION for item in group.items if item.is_built]
    sections = [(item.label, "", item.path, item.icon) for item in built]
    others = [
        (page.label, page.words, reverse(page.address), page.icon)
        for page in PAGES
        if not page.permission or may(member, page.permission, now=now)
    ]
    return tuple(
        SearchResult(label, "Página", path, icon)
        for label, more, path, icon in (*sections, *others)
        if _has(words, f"{label} {more}")
    )


def _has(words: Iterable[str], text: str) -> bool:
    """Return whether each word begins a word of the text, without regard to accents and capitals."""
    there = _plain(text).replace("@", " ").split()
    return all(any(word.startswith(wanted.lstrip("@")) for word in there) for wanted in words)


def _plain(text: str) -> str:
    """Return a text without accents, in lower case."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter))
