"""Looking at a post that a person points to: which one its address is, and what the network has there (Q-6).

A reading of the network, so it stands outside every act; the act that follows keeps what was seen.
"""

from dataclasses import dataclass

from pregonero.errors import Refused
from pregonero.networks.base import NetworkError
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.queries import credentials_for, credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.publishing.models import Delivery

LONGEST_ID = 120


@dataclass(frozen=True)
class PostLookup:
    """A post at its address: as it was read, or why it could not be."""

    remote_id: str
    address: str
    seen: RemotePost | None = None
    why_unread: str = ""


def look_at(delivery: Delivery, address: str, text: str) -> PostLookup:
    """Return the post at an address; refused when it is none of the account's. `text` is what it should say."""
    account = delivery.account
    network, hand = account.get_network_display(), manual_posting(account.network)
    id = hand.post_id(credentials_without_token(account), address)
    if not id or len(id) > LONGEST_ID:
        raise Refused(f"Esa dirección no es de una publicación de @{account.handle} en {network}: cópiala de nuevo.")
    try:
        seen = hand.read(credentials_for(account), id, text)
    except NetworkError as error:
        return PostLookup(id, address, why_unread=error.reason)
    except Refused as refusal:
        return PostLookup(id, address, why_unread=refusal.message)
    if seen is None:
        raise Refused(
            f"{network} responde que @{account.handle} no tiene una publicación pública en esa dirección. "
            "Si la acabas de publicar, espera un momento y prueba otra vez."
        )
    return PostLookup(seen.remote_id, seen.url or address, seen)
