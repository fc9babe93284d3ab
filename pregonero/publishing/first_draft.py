"""The first draft of a post for each network, made from its source; people edit it afterwards (P-3)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pregonero.hosts import host_in
from pregonero.media.models import Medium
from pregonero.networks.base import Capabilities, Connector
from pregonero.networks.post_validation import ALSO_SERVES
from pregonero.publishing.sentences import is_abbreviated, sentence_ends
from pregonero.publishing.sources import Source

SHORTEST_SUMMARY = 60  # characters; a shorter cut of the summary is left out
ELLIPSIS = "…"
MEDIUM_NAMES = {"picture": "una imagen", "video": "un video"}


@dataclass(frozen=True)
class DraftPost:
    """The first draft for one account; `skip_reason` is why the network is skipped, or empty.

    `missing_medium` is the kind of medium that the network needs and the source lacks, or empty.
    """

    text: str = ""
    title: str = ""
    media: tuple[Medium, ...] = ()
    skip_reason: str = ""
    missing_medium: str = ""


def compose(source: Source, network: Connector, *, text: str = "") -> DraftPost:
    """Return the draft of a post about a source that respects the network's limits and its rules on links.

    `text` is what the publication says on all networks, if somebody has written it.
    """
    capabilities = network.capabilities
    if lacks_medium(source, capabilities):
        needed = str(capabilities.needs)
        reason = f"{capabilities.label} necesita {MEDIUM_NAMES[needed]} y {source.noun.definite} no trae."
        return DraftPost(skip_reason=reason, missing_medium=needed)
    return replace(write(source, network, text=text), media=_media(source, capabilities))


def write(source: Source, network: Connector, *, text: str = "") -> DraftPost:
    """Return the text and title of a post about a source, without its media."""
    capabilities = network.capabilities
    adapted = adapt(text or general_text(source), source, source.link, network)
    title = _cut(source.title, len, capabilities.limits["title"].value) if capabilities.takes_title else ""
    return DraftPost(text=adapted, title=title)


def general_text(source: Source) -> str:
    """Return the first text of a publication for all its networks: the source's title and summary."""
    if source.summary.startswith(source.title):
        return source.summary
    return "\n\n".join(filter(None, (source.title, source.summary)))


def adapt(text: str, source: Source, link: str, network: Connector) -> str:
    """Return a text for all networks as one network takes it: with the link where it works, and in whole sentences."""
    limit = network.capabilities.limits["text"].value
    tail = _tail(source, link, network.capabilities)
    body = text.strip().removesuffix(tail).strip()
    first, _, rest = body.partition("\n\n")
    if tail and tail in body:
        adapted = _fit([first, rest], "", network.measure, limit)
        if tail in adapted:
            return adapted
    return _fit([first, rest], tail, network.measure, limit)


def _media(source: Source, capabilities: Capabilities) -> tuple[Medium, ...]:
    """Return the source's picture unless the link's card shows it; its video if the network needs one, or a medium."""
    if capabilities.needs == "video" or (capabilities.needs and not source.picture):
        return (source.video,) if source.video else ()
    wants_picture = capabilities.takes_pictures and not capabilities.link_beside
    return (source.picture,) if source.picture and wants_picture else ()


def lacks_medium(source: Source, capabilities: Capabilities) -> bool:
    """Return whether the network needs a medium that the source does not have."""
    present = {"picture": source.picture, "video": source.video}
    return bool(capabilities.needs) and not any(present[kind] for kind in ALSO_SERVES[str(capabilities.needs)])


def _tail(source: Source, link: str, capabilities: Capabilities) -> str:
    """Return the last line: the link or, where links do not work in the text, the website's domain."""
    if capabilities.link_beside:
        return ""
    if capabilities.takes_link:
        return link
    host = host_in(link)
    return f"{source.link_intro} {host}" if host else ""


def _fit(paragraphs: list[str], tail: str, measure: Callable[[str], int], limit: int) -> str:
    title, summary = paragraphs

    def join(*parts: str) -> str:
        return "\n\n".join(part for part in (*parts, tail) if part)

    if measure(join(title, summary)) <= limit:
        return join(title, summary)
    available = limit - measure(join(title, "x"))
    short = _shortened(summary, measure, available) if available >= SHORTEST_SUMMARY else ""
    if short:
        return join(title, short)
    return join(_cut(title, measure, limit - measure(join("x"))))


def _shortened(text: str, measure: Callable[[str], int], limit: int) -> str:
    """Return the first whole sentences that fit or, if none does, the words of the first one that fit."""
    ends = [end for end in sentence_ends(text) if measure(text[:end]) <= limit]
    return text[: ends[-1]] if ends else _cut(text, measure, limit)


def _cut(text: str, measure: Callable[[str], int], limit: int) -> str:
    """Cut a text between words so that the network's count of it is within the limit."""
    if measure(text) <= limit:
        return text
    words = text.split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(" ".join(words[:middle]) + ELLIPSIS) <= limit:
            low = middle
        else:
            high = middle - 1
    joined = " ".join(words)
    while low and is_abbreviated(joined, len(" ".join(words[:low]))):
        low -= 1  # «con el Dr. Prueba» is cut before «Dr.»
    return " ".join(words[:low]).rstrip(" ,;:.") + ELLIPSIS if low else ""
