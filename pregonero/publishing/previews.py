"""What the preview of a post shows: each part of a publication on one account, as its network will show it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from pregonero.hosts import host_in
from pregonero.media.models import MediumKind
from pregonero.media.signed_addresses import signed_address
from pregonero.media.thumbnails import Thumbnail, thumbnail_of
from pregonero.networks.base import Post
from pregonero.networks.previews import LinkCard, PreviewRules, excess_start
from pregonero.networks.registry import connector, network
from pregonero.publishing.models import Adaptation, Attachment
from pregonero.publishing.payload import payloads_of, post_of
from pregonero.publishing.sources import Source

GENERIC_TEMPLATE = "networks/preview.html"
MINUTE = 60


@dataclass(frozen=True)
class Piece:
    """A stretch of a text as it is shown. `whole` is what is written; `kind` is "", "link", "mention" or "tag"."""

    kind: str
    shown: str
    whole: str
    is_over: bool = False  # beyond the network's limit
    is_folded: bool = False  # hidden behind «más» until the reader asks for it


@dataclass(frozen=True)
class PreviewMedium:
    """A picture or a video of a post. A video shows its cover, or one of its frames, until it plays."""

    kind: str
    small: Thumbnail
    alt: str
    duration: str = ""
    address: str = ""

    @property
    def is_video(self) -> bool:
        """Return whether it is a video."""
        return self.kind == MediumKind.VIDEO


@dataclass(frozen=True)
class PreviewCard:
    """The card of a link: its title, its domain, and the picture of its page."""

    title: str
    domain: str
    description: str = ""
    picture: Thumbnail | None = None


@dataclass(frozen=True)
class Preview:
    """One post as its network will show it."""

    network: str
    label: str
    by: str
    handle: str
    initials: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    media: tuple[PreviewMedium, ...]
    card: PreviewCard | None
    place: str  # "parte 2 de 3", "primer comentario", or empty
    count: int
    limit: int

    @property
    def templates(self) -> tuple[str, str]:
        """Return the network's own template, and the one for networks that bring none."""
        return f"{self.network}/preview.html", GENERIC_TEMPLATE

    @property
    def over(self) -> int:
        """Return by how much the text exceeds the limit."""
        return max(0, self.count - self.limit)

    @cached_property
    def described(self) -> str:
        """Return how many pictures and videos it has: "2 imágenes, 1 descrita", "1 video"."""
        return described_media([(medium.kind, medium.alt) for medium in self.media])


def described_media(media: list[tuple[str, str]]) -> str:
    """Return how many pictures and videos there are, from the kind and the alternative text of each."""
    alts = [alt for kind, alt in media if kind == MediumKind.PICTURE]
    described, videos, parts = sum(bool(alt.strip()) for alt in alts), len(media) - len(alts), []
    if alts:
        parts.append(_described_pictures(described, len(alts)))
    if videos:
        parts.append("1 video" if videos == 1 else f"{videos} videos")
    return " · ".join(parts)


def _described_pictures(described: int, total: int) -> str:
    name, ending = ("1 imagen", "") if total == 1 else (f"{total} imágenes", "s")
    if described == total:
        return f"{name} descrita{ending}"
    if not described:
        return f"{name} sin describir"
    return f"{name}, {described} descrita{'' if described == 1 else 's'}"


def previews_of(adaptation: Adaptation, source: Source) -> list[Preview]:
    """Return the preview of each part of an adaptation, in order: its text, its thread, and the link as a comment."""
    total = len(payloads_of(adaptation))
    return [_preview(adaptation, source, position, total) for position in range(total)]


def excess_of(name: str, text: str) -> str:
    """Return the end of a text that exceeds a network's limit, or an empty string."""
    its_connector = connector(name)
    limit = its_connector.capabilities.limits["text"].value
    start = excess_start(network(name).preview.spans(text), text, its_connector.measure, limit)
    return "" if start is None else text[start:]


def _preview(adaptation: Adaptation, source: Source, position: int, total: int) -> Preview:
    account, post = adaptation.account, post_of(adaptation, position)
    its_connector, rules = connector(account.network), network(account.network).preview
    text, capabilities = rules.text(post), its_connector.capabilities
    limit, title_limit = capabilities.limits["text"].value, capabilities.limits.get("title")
    is_first = position == 0
    return Preview(
        network=account.network,
        label=capabilities.label,
        by=account.display_name or account.entity.short_name,
        handle=account.handle,
        initials=account.entity.initials,
        title=_title(adaptation.title, title_limit.value if title_limit else 0) if is_first else (),
        text=_pieces(text, rules, excess_start(rules.spans(text), text, its_connector.measure, limit)),
        media=tuple(_medium(attachment) for attachment in adaptation.media) if is_first else (),
        card=_card(rules.card(post), post, source),
        place=_place(adaptation, position, total),
        count=its_connector.measure(text),
        limit=limit,
    )


def _place(adaptation: Adaptation, position: int, total: int) -> str:
    if adaptation.link_under and position == total - 1:
        return "primer comentario"
    parts = total - adaptation.link_under
    return f"parte {position + 1} de {parts}" if parts > 1 else ""


def _title(title: str, limit: int) -> tuple[Piece, ...]:
    pieces = (Piece("", title[:limit], title[:limit]), Piece("", title[limit:], title[limit:], is_over=True))
    return tuple(piece for piece in pieces if piece.shown)


def _pieces(text: str, rules: PreviewRules, over: int | None) -> tuple[Piece, ...]:
    """Return the stretches of a text, cut also where it exceeds the limit and where the network folds it."""
    fold = _fold(text, rules)
    pieces = []
    for span in rules.spans(text):
        cuts = sorted({cut for cut in (over, fold) if cut is not None and span.start < cut < span.end})
        for start, end in zip([span.start, *cuts], [*cuts, span.end], strict=True):
            written = text[start:end]
            pieces.append(
                Piece(
                    span.kind,
                    written if cuts else rules.shown(span.kind, written),
                    written,
                    is_over=over is not None and start >= over,
                    is_folded=fold is not None and start >= fold,
                )
            )
    return tuple(pieces)


def _fold(text: str, rules: PreviewRules) -> int | None:
    """Return where the network folds a text: before a word, and never inside a link."""
    if not rules.fold or len(text) <= rules.fold:
        return None
    links = [span for span in rules.spans(text) if span.kind == "link" and span.start < rules.fold < span.end]
    if links:
        return links[0].start
    return text.rfind(" ", 0, rules.fold) + 1 or rules.fold


def _medium(attachment: Attachment) -> PreviewMedium:
    medium, cover = attachment.medium, attachment.thumbnail
    if medium.kind == MediumKind.PICTURE:
        return PreviewMedium(medium.kind, thumbnail_of(medium, "wide"), attachment.alt)
    return PreviewMedium(
        medium.kind,
        thumbnail_of(cover or medium, "wide"),
        "",
        duration=duration_label(medium.seconds),
        address=urlsplit(signed_address(medium)).path,
    )


def duration_label(seconds: float) -> str:
    """Return a duration as networks show it: "0:06", "2:14", "1:02:14"."""
    minutes, left = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def _card(card: LinkCard | None, post: Post, source: Source) -> PreviewCard | None:
    """Return the card as it will be shown: the page of the source is known, that of any other link is not."""
    if card is None:
        return None
    domain = host_in(card.link).removeprefix("www.")
    if card.title or card.link != source.link:
        return PreviewCard(card.title or domain, domain)
    picture = thumbnail_of(source.picture, "wide") if source.picture else None
    return PreviewCard(source.title, domain, source.summary, picture)
