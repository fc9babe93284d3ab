"""Reading the post at an address that a person gives: which one it is, and what the network has there (Q-6).

It reads the network, so it stands outside every action; the action that follows stores what was found.
"""

from dataclasses import dataclass
from datetime import datetime

from pregonero.errors import Refused
from pregonero.networks.base import ID_LENGTH, AttemptWindow, NetworkError, Verdict
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.queries import credentials_for, credentials_without_token
from pregonero.networks.registry import connector, manual_posting
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import outgoing_of
from pregonero.outbox.queries.queue import known_posts


@dataclass(frozen=True)
class PostLookup:
    """A post at its address: as it was read, or why it could not be read."""

    remote_id: str
    address: str
    seen: RemotePost | None = None
    why_unread: str = ""


def look_up_message(delivery: Delivery, *, since: datetime, now: datetime) -> PostLookup:
    """Return the private message with this delivery's text that the account sent after a time, read at its network.

    A message has no address, so the person gives none. Raises `Refused` when it is not there or cannot be read.
    """
    account, post = delivery.account, outgoing_of(delivery).post
    window = AttemptWindow(since, now, 0, known=known_posts(delivery, since=since))
    network = account.get_network_display()
    try:
        finding = connector(account.network).resolve(credentials_for(account), post, {}, window)
    except NetworkError as error:
        raise Refused(f"No pudimos leer la conversación en {network}. {error.reason}") from error
    if finding.verdict != Verdict.PUBLISHED or finding.published is None:
        raise Refused(
            f"Todavía no vemos en {network} un mensaje con ese texto. Envíalo tal cual, espera un momento y comprueba."
        )
    found = finding.published
    return PostLookup(found.remote_id, found.url, RemotePost(found.remote_id, found.url, post.text, is_same=True))


def look_up(delivery: Delivery, address: str, text: str) -> PostLookup:
    """Return the post at an address; `text` is what it should say. Raises `Refused` when it is not the account's."""
    account = delivery.account
    network, manual = account.get_network_display(), manual_posting(account.network)
    remote_id = manual.post_id(credentials_without_token(account), address)
    if not remote_id or len(remote_id) > ID_LENGTH:
        raise Refused(f"Esa dirección no es de una publicación de @{account.handle} en {network}: cópiala de nuevo.")
    try:
        seen = manual.read(credentials_for(account), remote_id, text)
    except NetworkError as error:
        return PostLookup(remote_id, address, why_unread=error.reason)
    except Refused as refusal:
        return PostLookup(remote_id, address, why_unread=refusal.message)
    if seen is None:
        raise Refused(
            f"{network} responde que @{account.handle} no tiene una publicación pública en esa dirección. "
            "Si la acabas de publicar, espera un momento y prueba otra vez."
        )
    return PostLookup(seen.remote_id, seen.url or address, seen)
