"""The text for all networks in the editor: it becomes the text of each account that has none of its own (P-3).

An account has its own text once a person changes it. To tell that change from a page that shows an older version, the
form sends a digest of the text that the page showed.
"""

import hashlib
from collections.abc import Iterable

from django.http import QueryDict

from pregonero.networks.registry import connector
from pregonero.publishing.first_draft import adapt
from pregonero.publishing.models import Adaptation
from pregonero.publishing.sources import Source

DIGEST_LENGTH = 16


def digest_of(text: str) -> str:
    """Return a short digest of a text, the same whatever its line ends and the space around it."""
    plain = "\n".join(text.strip().splitlines())
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGEST_LENGTH]


def is_omitted(adaptation: Adaptation, data: QueryDict, prefix: str) -> bool:
    """Return whether a person left an account out; a form without its switch keeps what is saved."""
    return f"{prefix}-publish" not in data if f"{prefix}-switch" in data else adaptation.skipped


def is_own_text(adaptation: Adaptation, data: QueryDict, prefix: str) -> bool:
    """Return whether an account keeps the submitted text, instead of the one for all networks."""
    if f"{prefix}-general" in data:
        return False
    if adaptation.own_text or adaptation.parts or data.getlist(f"{prefix}-parts"):
        return True
    shown = data.get(f"{prefix}-shown") or digest_of(adaptation.text)
    return digest_of(str(data.get(f"{prefix}-text", ""))) != shown


def spread_text(data: QueryDict, adaptations: Iterable[Adaptation], source: Source) -> QueryDict:
    """Return the submitted form with the text for all networks put in each account without a text of its own."""
    text = str(data.get("text", "")).replace("\r\n", "\n").strip()
    if not text:
        return data
    changed = data.copy()
    for adaptation in adaptations:
        prefix = f"red{adaptation.account_id}"
        is_fixed = is_omitted(adaptation, data, prefix) or is_own_text(adaptation, data, prefix)
        if f"{prefix}-text" not in data or is_fixed:
            continue
        adapted = adapt(text, source, str(data.get("link", "")), connector(adaptation.account.network))
        changed[f"{prefix}-text"], changed[f"{prefix}-shown"] = adapted, digest_of(adapted)
    return changed
