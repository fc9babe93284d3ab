"""Who is notified of a news item, in Spanish sentences."""

from collections import Counter
from collections.abc import Sequence

from pregonero.people.models import Member, Notice
from pregonero.spanish_lists import joined

MOST_NAMED = 4


def to_people(members: Sequence[Member]) -> str:
    """Return "a Ana, a Beto y a Inés"; with more than four people, "a Ana, a Beto, a Inés y a 3 personas más"."""
    names = [f"a {name}" for name in _short_names(members)]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"a {len(names) - MOST_NAMED + 1} personas más"]
    return joined(names)


def informed_sentence(members: Sequence[Member]) -> str:
    """Return what a person reads after informing a news item: who was told."""
    if not members:
        return "Quedó informada, pero hoy nadie responde por las redes: avisa a la coordinación."
    return f"Listo: {'les' if len(members) > 1 else 'le'} avisamos {to_people(members)}."


def _short_names(members: Sequence[Member]) -> list[str]:
    """Return the first names; the full name of people who share a first name."""
    first_names = [member.name.split(" ")[0] for member in members]
    counts = Counter(first_names)
    return [first if counts[first] == 1 else member.name for first, member in zip(first_names, members, strict=True)]


def opened_sentence(notices: Sequence[Notice]) -> str:
    """Return who opened the notice of a news item and who did not: "la abrió Ana; Beto no la ha abierto"."""
    names = dict(
        zip((notice.pk for notice in notices), _short_names([notice.member for notice in notices]), strict=True)
    )
    opened = [names[notice.pk] for notice in notices if notice.seen_at]
    unopened = [names[notice.pk] for notice in notices if not notice.seen_at]
    parts = []
    if opened:
        parts.append(f"{'la abrió' if len(opened) == 1 else 'la abrieron'} {joined(opened)}")
    if unopened:
        verb = "no la ha abierto" if len(unopened) == 1 else "no la han abierto"
        parts.append(f"{joined(unopened)} {verb}")
    return "; ".join(parts)
