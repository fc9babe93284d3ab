"""The rule of links and hashtags (YT-4): it only proposes; a person decides."""

import re

from pregonero.networks.models import Account
from pregonero.records.actions import ObjectRef

LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|info|co|me|ly|link|site|xyz|top|shop|online)\b/?\S*", re.I
)
HASHTAG = re.compile(r"(?:^|\s)#\w{2,}")


def why_proposed(text: str) -> str:
    """Return in Spanish why a comment is proposed for a decision; empty when it has neither links nor hashtags."""
    links, hashtags = len(LINK.findall(text)), len(HASHTAG.findall(text))
    parts = [
        "un enlace" if links == 1 else f"{links} enlaces" if links else "",
        "una etiqueta" if hashtags == 1 else f"{hashtags} etiquetas" if hashtags else "",
    ]
    named = " y ".join(part for part in parts if part)
    return f"Tiene {named}: el procedimiento pide que no los haya en los comentarios." if named else ""


def link_rule(account: Account) -> ObjectRef:
    """Return how proposals name this rule."""
    return ObjectRef("link_rule", account.pk, "Enlaces y etiquetas (YT-4)")
