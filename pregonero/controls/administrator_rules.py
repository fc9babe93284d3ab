"""Whether the administrators of a page are the two that the procedure asks for (FB-1)."""

from collections.abc import Mapping
from datetime import date

from pregonero.controls.access_models import AdministratorLink
from pregonero.networks.account_audit import Administrator
from pregonero.people.models import Employment, Member
from pregonero.people.roles import Role

WANTED = 2


def why_not_two(people: tuple[Administrator, ...], links: Mapping[str, AdministratorLink], *, day: date) -> str:
    """Return why the administrators are not the community manager and one of permanent staff; empty when they are.

    Our own system user does not count, and a person with two ids counts once.
    """
    ours = [one for one in people if not (one.remote_id in links and links[one.remote_id].is_own_system_user)]
    unknown = [one for one in ours if one.remote_id not in links or links[one.remote_id].member is None]
    known = {link.member for one in ours for link in [links.get(one.remote_id)] if link and link.member}
    count = len(known) + len(unknown)
    names = sorted([str(member) for member in known] + [one.name or one.remote_id for one in unknown])
    reasons = []
    if count != WANTED:
        reasons.append(f"La página tiene {count} administradores ({', '.join(names) or 'ninguno'}) y deben ser dos.")
    if unknown:
        reasons.append(f"Falta decir quién es {', '.join(one.name or one.remote_id for one in unknown)}.")
    left = sorted(str(member) for member in known if not member.is_current(day))
    if left:
        reasons.append(f"Ya no está en la entidad: {', '.join(left)}.")
    if not reasons and not _are_the_two(sorted(known, key=lambda member: member.pk)):
        reasons.append("Deben ser el community manager y una persona de planta del Grupo.")
    return " ".join(reasons)


def _are_the_two(people: list[Member]) -> bool:
    first, second = people
    return any(
        Role.COMMUNITY_MANAGER in manager.roles and other.employment == Employment.STAFF and other.in_group
        for manager, other in ((first, second), (second, first))
    )
