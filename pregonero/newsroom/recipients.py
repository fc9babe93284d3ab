"""Who is told of a news item, in Spanish sentences."""

from collections import Counter
from collections.abc import Sequence

from pregonero.people.models import Member

MOST_NAMED = 4


def to_people(members: Sequence[Member]) -> str:
    """Return "a Ana, a Beto y a Inés"; with more than four people, "a Ana, a Beto, a Inés y a 3 personas más"."""
    names = [f"a {name}" for name in _short_names(members)]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"a {len(names) - MOST_NAMED + 1} personas más"]
    return " y ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def informed_sentence(members: Sequence[Member]) -> str:
    """Return what a person reads after informing a news item: who was told."""
    if not members:
        return "Quedó informada, pero hoy nadie responde por las redes: avisa a la coordinación."
    return f"Listo: {'les' if len(members) > 1 else 'le'} avisamos {to_people(members)}."


def _short_names(members: Sequence[Member]) -> list[str]:
    """Return the first names; the whole name of those who share one."""
    first_names = [member.name.split(" ")[0] for member in members]
    counts = Counter(first_names)
    return [first if counts[first] == 1 else member.name for first, member in zip(first_names, members, strict=True)]
