"""What is wrong with who may use an account: the flags of the access review."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from pregonero.networks.models import Credential, CredentialState
from pregonero.networks.oauth import AuthConfig, OAuthConfig
from pregonero.people.models import Member
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE, Role

ENDS_SOON_DAYS = 30
DORMANT_DAYS = 60
GRANTED_ALWAYS = frozenset({"public_profile"})  # Meta adds it to whatever is asked for
MAY_ADMINISTER = NETWORKS_PEOPLE | GROUP_HEADS | {Role.SYSTEMS_OFFICE}


def flags_of(
    people: Sequence[tuple[str, Member | None]],
    credential: Credential | None,
    last_entry: Mapping[int, datetime | None],
    *,
    day: date,
) -> Iterator[str]:
    """Yield what is wrong with an account's administrators and its authorization, each as a sentence."""
    by_member: dict[Member, int] = {}
    for name, member in people:
        if member is None:
            yield f"Huérfano: nadie dice quién es {name}."
            continue
        by_member[member] = by_member.get(member, 0) + 1
    for member, count in by_member.items():
        if count > 1:
            yield f"Repetido: {member} administra con {count} usuarios."
        yield from _flags_of_person(member, last_entry.get(member.pk), day)
    if credential is not None:
        yield from _flags_of_credential(credential, day)


def _flags_of_person(member: Member, entered: datetime | None, day: date) -> Iterator[str]:
    if not member.user.is_active:
        yield f"Usuario desactivado: {member} ya no puede entrar a Pregonero."
    if not member.is_current(day):
        yield f"Contrato terminado: {member}, desde el {member.ends_on:%d/%m/%Y}."
    if not MAY_ADMINISTER.intersection(member.roles):
        yield f"Rol que no corresponde: {member} es {member.role_labels}."
    if entered is None:
        yield f"Sin uso: {member} nunca ha entrado a Pregonero."
    elif timezone.localdate(entered) < day - timedelta(days=DORMANT_DAYS):
        yield f"Sin uso: {member} no entra a Pregonero hace más de {DORMANT_DAYS} días."


def _flags_of_credential(credential: Credential, day: date) -> Iterator[str]:
    if credential.state == CredentialState.LOST:
        yield f"Autorización perdida: {credential.problem}"
    elif credential.expires_at is not None and credential.refresh_at is None:
        ends_on = timezone.localdate(credential.expires_at)
        if ends_on <= day + timedelta(days=ENDS_SOON_DAYS):
            yield f"La autorización vence el {ends_on:%d/%m/%Y} y no se renueva sola."


def flags_of_shared(people_by_user: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the users of the network that are said to be more than one person on the accounts of the entity."""
    for user, people in people_by_user.items():
        if people:
            yield f"Compartido: {user} es {' y '.join(people)} según la cuenta; cada persona debe usar el suyo."


def flags_of_rights(credential: Credential | None, config: AuthConfig) -> Iterator[str]:
    """Yield the rights that the network granted and that nothing here uses."""
    if credential is None or not isinstance(config, OAuthConfig):
        return
    extra = sorted(set(credential.scopes) - {scope.name for scope in config.scopes} - GRANTED_ALWAYS)
    if extra:
        yield f"Más permisos de los necesarios: {', '.join(extra)}. Retíralos en la red y conéctala otra vez."
