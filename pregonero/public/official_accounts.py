"""The official accounts of an entity, and whether an address or a text is theirs (R-4)."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from pregonero.networks.base import OperationKind
from pregonero.networks.comment_links import MOBILE, comment_link
from pregonero.networks.manual_posting import profile_address
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import manual_posting
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC
from pregonero.people.models import Entity
from pregonero.public.published import text_of
from pregonero.publishing.models import PublicationWords
from pregonero.publishing.queries.search import words_in

SAME_HOSTS = {"twitter.com": "x.com", "fb.com": "facebook.com", "youtu.be": "youtube.com"}
LINK = re.compile(r"https?://\S+", re.IGNORECASE)
LONGEST_TEXT = 10_000
FEWEST_WORDS = 4  # a text with fewer says nothing that only one publication says
EXAMINED = 200
SIMILAR = 0.75  # of the words in order: less than that is another text


@dataclass(frozen=True)
class OfficialAccount:
    """An account of the entity, with the address where its posts are seen."""

    account: Account
    address: str

    @property
    def in_fediverse(self) -> str:
        """Return its name in the fediverse, "@name@server", or an empty string."""
        host = urlsplit(self.address).hostname
        return f"@{self.account.handle}@{host}" if self.account.network == "mastodon" else ""


@dataclass(frozen=True)
class PostMatch:
    """A post of the entity that a link or a text is of; `is_same` is false when the text was changed."""

    post: Delivery
    is_same: bool = True

    @property
    def text(self) -> str:
        """Return the text as the entity published it."""
        return text_of(self.post)


def official_accounts(entity: Entity) -> list[OfficialAccount]:
    """Return every account that was connected at its network, those in use first."""
    accounts = Account.objects.filter(entity=entity).exclude(remote_id="").order_by("retired_at", "network", "pk")
    found = [OfficialAccount(account, _profile(account)) for account in accounts.select_related("entity")]
    return sorted(found, key=lambda one: one.account.retired_at is not None)


def account_at(entity: Entity, address: str) -> OfficialAccount | None:
    """Return the account whose profile is at an address, ignoring case, "www." and what follows the profile."""
    asked = _place(address)
    if asked is None:
        return None
    host, path = asked
    for one in official_accounts(entity):
        place = _place(one.address)
        account = one.account
        names = {f"/{account.handle}", f"/@{account.handle}", f"/{account.remote_id}", f"/channel/{account.remote_id}"}
        paths = {name.lower() for name in names} | {place[1] if place else ""}
        if place and host == place[0] and path in paths:
            return one
    return None


def post_at(entity: Entity, address: str) -> PostMatch | None:
    """Return the post of the entity at an address of a network."""
    posts = _posts(entity)
    exact = posts.filter(url=address).first()
    if exact is not None:
        return PostMatch(exact)
    for account in Account.objects.filter(entity=entity).exclude(remote_id=""):
        id = manual_posting(account.network).post_id(credentials_without_token(account), address)
        found = posts.filter(account=account, remote_id=id).first() if id else None
        if found is not None:
            return PostMatch(found)
    return None


def post_with_text(entity: Entity, text: str) -> PostMatch | None:
    """Return the post whose text is this one or contains it; otherwise one that is like it, which was changed."""
    asked = _words(text)
    if len(asked) < FEWEST_WORDS:
        return None
    distinct = sorted(words_in(" ".join(asked)), key=lambda word: (-len(word), word))
    query = SearchQuery(" OR ".join(distinct), config="spanish", search_type="websearch")
    near = PublicationWords.objects.filter(publication__entity=entity, vector=query).order_by("-pk")
    ids = list(near.values_list("pk", flat=True)[:EXAMINED])
    best: tuple[float, Delivery | None] = (SIMILAR, None)
    for post in _posts(entity).filter(subject_id__in=ids).order_by("-published_at", "-pk"):
        sent = _words(text_of(post))
        if f" {' '.join(asked)} " in f" {' '.join(sent)} ":
            return PostMatch(post)
        ratio = SequenceMatcher(None, asked, sent, autojunk=False).ratio()
        if ratio >= best[0]:
            best = (ratio, post)
    return PostMatch(best[1], is_same=False) if best[1] else None


def is_link(written: str) -> bool:
    """Return whether what somebody pasted is a link and not a text."""
    return comment_link(written) is not None


def _posts(entity: Entity) -> QuerySet[Delivery]:
    kinds = (OperationKind.POST, OperationKind.COMMENT)
    return Delivery.objects.filter(
        entity=entity, subject_kind="publication", kind__in=kinds, state__in=PUBLIC
    ).select_related("account")


def _profile(account: Account) -> str:
    return profile_address(manual_posting(account.network), credentials_without_token(account))


def _place(address: str) -> tuple[str, str] | None:
    """Return the host and path that say whose profile an address is; None for what is no address."""
    link = comment_link(address)
    if link is None:
        return None
    parts = urlsplit(link.address)
    host = MOBILE.sub("", parts.netloc.lower())
    return SAME_HOSTS.get(host, host), parts.path.rstrip("/").lower()


def _words(text: str) -> list[str]:
    """Return the words of a text in order, without its links: each network shortens them in its way."""
    plain = unicodedata.normalize("NFKC", LINK.sub(" ", text)).casefold()
    return re.findall(r"\w+", plain)
