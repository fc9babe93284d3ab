"""Who may, in which state, and what is missing before a publication can be programmed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pregonero.errors import Issue, NotAllowed, NotReady, Refused, WrongState
from pregonero.hosts import host_in
from pregonero.media.models import MediumKind
from pregonero.networks.models import AccountState
from pregonero.networks.post_validation import ALSO_SERVES
from pregonero.networks.registry import connector
from pregonero.outbox.models import Delivery, Hold
from pregonero.outbox.rules import can_still_be_cancelled
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, STOPPED, WAITING, DeliveryState
from pregonero.people.models import Entity, Member
from pregonero.people.rules import as_question, check_may
from pregonero.publishing.models import (
    ZONE,
    Adaptation,
    Attachment,
    LinkAcceptance,
    LinkCheck,
    Publication,
    PublicationState,
    ReversibleAct,
)
from pregonero.publishing.payload import post_of, texts_of
from pregonero.publishing.sources import Source, loader_of
from pregonero.records.undo import check_in_time

LINK_CHECK_LASTS = timedelta(minutes=15)
FARTHEST = timedelta(days=2 * 366)
OK = 200


def check_may_draft(member: Member, source: Source, *, now: datetime) -> None:
    """Raise `WrongState` unless the source may be published now: a news item, once it was informed (N-1, P-1)."""
    check_may(member, "publication.compose", now=now)
    if source.why_not:
        raise WrongState(source.why_not)


def check_may_edit(member: Member, publication: Publication, *, now: datetime) -> None:
    """Drafts and programmed publications can be edited; what is out cannot."""
    check_may(member, "publication.compose", now=now)
    if publication.state == PublicationState.CANCELLED:
        raise WrongState("Esta publicación está cancelada; para seguir con ella, duplícala como borrador.")


def check_may_edit_adaptation(delivery: Delivery) -> None:
    """An edit takes effect up to the second before the commit; after that it is refused (rule 7)."""
    if delivery.state in (*WAITING, *STOPPED):
        return
    name = f"la parte {delivery.position + 1}" if delivery.position else "el texto"
    if delivery.state in PUBLIC:
        raise WrongState(f"En {delivery.account} ya se publicó: {name} no se puede cambiar.")
    raise WrongState(f"En {delivery.account} se está enviando en este momento: {name} ya no se puede cambiar.")


def check_may_change_parts(thread: Sequence[Delivery], kept: Sequence[str], wanted: Sequence[str]) -> None:
    """Each part of a thread may change until it is sent, and parts may be added while the thread is not all out."""
    for at, delivery in enumerate(thread[1:]):
        if kept[at : at + 1] != wanted[at : at + 1]:
            check_may_edit_adaptation(delivery)
    grows = len(wanted) > len(kept)
    if grows and thread and all(delivery.state in PUBLIC for delivery in thread[: 1 + len(kept)]):
        raise WrongState(f"En {thread[0].account} ya salió entera: no se le agregan partes.")


def check_may_program(member: Member, publication: Publication, *, now: datetime) -> None:
    """Only a draft is programmed; a programmed one is moved."""
    check_may(member, "publication.program", now=now)
    if publication.state == PublicationState.PROGRAMMED:
        raise WrongState("Esta publicación ya está programada; no se programa dos veces.")
    if publication.state == PublicationState.CANCELLED:
        raise WrongState("Esta publicación está cancelada; para seguir con ella, duplícala como borrador.")


def check_may_move(member: Member, publication: Publication, deliveries: Iterable[Delivery], *, now: datetime) -> None:
    """A publication moves while something of it has not gone out and nothing is being sent."""
    check_may(member, "publication.program", now=now)
    if publication.state != PublicationState.PROGRAMMED:
        raise WrongState("Solo se reprograma una publicación que está programada.")
    states = {delivery.state for delivery in deliveries}
    if states & set(IN_FLIGHT):
        raise WrongState("Se está enviando en este momento; espera el resultado antes de reprogramar.")
    if not states & {*WAITING, *STOPPED}:
        raise WrongState("Ya salió en todas sus cuentas; no queda nada por reprogramar.")


def why_not_minute(member: Member, publication: Publication, deliveries: Iterable[Delivery], *, now: datetime) -> str:
    """Return why a publication cannot be given a minute, or another one; nothing when it can."""
    try:
        if publication.state == PublicationState.PROGRAMMED:
            check_may_move(member, publication, deliveries, now=now)
        else:
            check_may_program(member, publication, now=now)
    except Refused as refusal:
        return refusal.message
    return ""


def check_may_cancel(
    member: Member, publication: Publication, deliveries: Iterable[Delivery], *, now: datetime
) -> None:
    """A person can always stop what has not gone out (rule 9)."""
    check_may(member, "publication.stop", now=now)
    if publication.state == PublicationState.CANCELLED:
        raise WrongState("Esta publicación ya estaba cancelada.")
    deliveries = list(deliveries)
    if any(can_still_be_cancelled(delivery) for delivery in deliveries):
        return
    if all(delivery.state in STOPPED for delivery in deliveries):
        return
    raise WrongState("Ya salió o ya se detuvo: no queda nada que detener.")


def check_may_undo(member: Member, act: ReversibleAct, event_type: str, *, now: datetime) -> None:
    """Raise unless the member did this move or cancellation, in the last ten seconds, and it is not undone yet."""
    right = "publication.stop" if event_type == "publication.cancelled" else "publication.program"
    check_may(member, right, now=now)
    if act.by_id != member.pk:
        raise NotAllowed(f"Solo {act.by.name} puede deshacer ese cambio, y solo en los primeros segundos.")
    if act.undone_at is not None:
        raise WrongState("Ese cambio ya se deshizo.")
    is_cancelled = event_type == "publication.cancelled"
    instead = "Para seguir con ella, duplícala como borrador." if is_cancelled else "Puedes moverla otra vez."
    check_in_time(act.at, now=now, instead=instead)


def check_nothing_went_out(deliveries: Iterable[Delivery], before: Mapping[str, Mapping[str, str]]) -> None:
    """Raise if a delivery went out, or its sending began, after the action that would be undone."""
    before_states = {int(pk): snapshot["state"] for pk, snapshot in before.items()}
    deliveries = list(deliveries)
    out = [
        delivery for delivery in deliveries if delivery.state in PUBLIC and before_states.get(delivery.pk) not in PUBLIC
    ]
    in_flight = (*IN_FLIGHT, DeliveryState.NEEDS_PERSON)
    going = [
        delivery
        for delivery in deliveries
        if delivery.state in in_flight and before_states.get(delivery.pk) not in in_flight
    ]
    networks = ", ".join(dict.fromkeys(str(delivery.account.get_network_display()) for delivery in out or going))
    if out:
        raise WrongState(f"No se deshizo: ya salió en {networks}. Lo demás sigue como estaba.")
    if going:
        raise WrongState(f"No se deshizo: ya se está enviando en {networks}. Mira en un momento si salió.")


def check_may_duplicate(member: Member, *, now: datetime) -> None:
    """Raise unless the member may copy a publication into a new draft; the original does not change."""
    check_may(member, "publication.compose", now=now)


def check_may_pause_everything(member: Member, hold: Hold | None, *, now: datetime) -> None:
    """A person can always hold everything, once (rule 9)."""
    check_may(member, "publication.stop", now=now)
    if hold is not None:
        raise WrongState(f"Todo está ya en pausa, por {hold.by.name}: {hold.reason}")


def check_may_pause_publication(member: Member, publication: Publication, hold: Hold | None, *, now: datetime) -> None:
    """A programmed publication can be held, once."""
    check_may(member, "publication.stop", now=now)
    if publication.state != PublicationState.PROGRAMMED:
        raise WrongState("Solo se pone en pausa una publicación que está programada.")
    if hold is not None:
        raise WrongState(f"Ya está en pausa, por {hold.by.name}: {hold.reason}")


def check_may_resume(member: Member, *, now: datetime) -> None:
    """Whoever may hold may let go."""
    check_may(member, "publishing.resume", now=now)


def check_ready(issues: Iterable[Issue]) -> None:
    """Raise `NotReady` with everything that is missing."""
    issues = list(issues)
    if issues:
        raise NotReady(issues)


def issues_of(
    publication: Publication,
    adaptations: Iterable[Adaptation],
    link_check: LinkCheck | None,
    acceptance: LinkAcceptance | None,
    *,
    present_media: Collection[str] = (),
) -> list[Issue]:
    """Return what is missing before a publication can go out; `field` is "account:<id>:<field>" for a network's own.

    `present_media` are the kinds of media that the source has now.
    """
    adaptations = list(adaptations)
    going = [adaptation for adaptation in adaptations if not adaptation.skipped]
    issues = [] if going else [Issue("accounts", "no_account", "Elige al menos una red donde publicar.")]
    issues += why_issues(publication)
    issues += link_issues(publication, link_check, acceptance)
    for adaptation in adaptations:
        issues += (
            adaptation_issues(adaptation) if not adaptation.skipped else omission_issues(adaptation, present_media)
        )
    return issues


def omission_issues(adaptation: Adaptation, present_media: Collection[str]) -> list[Issue]:
    """Return that the reason of an automatic omission is no longer true: the source has the medium now."""
    serving = [kind for kind in ALSO_SERVES.get(adaptation.missing_medium, ()) if kind in present_media]
    if not serving:
        return []
    label = connector(adaptation.account.network).capabilities.label
    name = {"picture": "una imagen", "video": "un video"}[serving[0]]
    text = f"La fuente ya trae {name} para {label}: agrégalo, o di por qué no va ahí."
    return [Issue(f"account:{adaptation.account_id}:skip_reason", "omission_outdated", text)]


def why_issues(publication: Publication) -> list[Issue]:
    """Return that a publication does not say why it interests citizens (M-1); the database keeps it too."""
    if publication.why.strip():
        return []
    return [Issue("why", "no_why", "Di por qué le interesa a la ciudadanía.")]


def adaptation_issues(adaptation: Adaptation) -> list[Issue]:
    """Return what its network would not take, and what accessibility asks for (N-6)."""
    prefix = f"account:{adaptation.account_id}:"
    if adaptation.account.state == AccountState.RETIRED:
        words = f"{adaptation.account} ya no está en el registro: no publiques ahí y di por qué."
        return [Issue(f"{prefix}skipped", "account_retired", words)]
    found = connector(adaptation.account.network).check(post_of(adaptation))
    issues = [Issue(prefix + issue.field, issue.key, issue.text) for issue in found]
    issues += part_issues(adaptation)
    for attachment in adaptation.media:
        issues += accessibility_issues(attachment, prefix)
    return issues


def part_issues(adaptation: Adaptation) -> list[Issue]:
    """Return what its network would not take of what goes under an adaptation, part by part (rule 8)."""
    network = connector(adaptation.account.network)
    texts, label = texts_of(adaptation), network.capabilities.label
    issues = []
    for position in range(1, len(texts)):
        field = f"account:{adaptation.account_id}:part:{position}"
        found = network.check(post_of(adaptation, position))
        issues += [Issue(field, issue.key, f"Parte {position + 1}. {issue.text}") for issue in found]
        if texts[position] in texts[:position]:
            # The network would refuse it, and after a cut nobody could tell the two apart.
            same = texts.index(texts[position]) + 1
            words = f"En {label} la parte {position + 1} dice lo mismo que la {same}: cámbiala o quítala."
            issues.append(Issue(field, "repeated", words))
    if adaptation.link_under and "://" in adaptation.text:
        words = f"Quita el enlace del texto de {label}: va como primer comentario."
        issues.append(Issue(f"account:{adaptation.account_id}:text", "link_in_text", words))
    return issues


def accessibility_issues(attachment: Attachment, prefix: str = "") -> list[Issue]:
    """Return the missing description or captions of a medium, unless a person gave a reason for it (N-6)."""
    field, at = f"{prefix}media:{attachment.position}", attachment.position
    label = connector(attachment.adaptation.account.network).capabilities.label
    if attachment.medium.kind == MediumKind.PICTURE:
        if attachment.alt.strip() or attachment.alt_missing_because.strip():
            return []
        return [Issue(field, "no_alt", f"Describe la imagen {at} de {label}, o di por qué va sin descripción.")]
    if attachment.captions is not None or attachment.captions_missing_because.strip():
        return []
    return [Issue(field, "no_captions", f"Agrega los subtítulos del video {at} de {label}, o di por qué va sin ellos.")]


def link_issues(publication: Publication, check: LinkCheck | None, acceptance: LinkAcceptance | None) -> list[Issue]:
    """Return why the link may not go out, unless somebody answers for it by name (D-4)."""
    if not publication.link:
        needs_link = loader_of(publication.source_kind).needs_link
        return [Issue("link", "no_link", "Falta el enlace a la noticia.")] if needs_link else []
    if acceptance is not None and acceptance.address == publication.link:
        return []
    if check is None or check.address != publication.link:
        return [Issue("link", "link_unchecked", "El enlace todavía no se ha revisado.")]
    if check.problem:
        return [Issue("link", "link_bad", check.problem)]
    return []


def needs_link_check(publication: Publication, check: LinkCheck | None, *, now: datetime) -> bool:
    """Return whether the link must be read again: never read, changed, bad, or read too long ago."""
    if check is None or check.address != publication.link or check.problem:
        return bool(publication.link)
    return now - check.checked_at > LINK_CHECK_LASTS


def is_official(address: str, entity: Entity) -> bool:
    """Return whether an address is on one of the entity's own domains, or under it."""
    host = host_in(address)
    return any(host == domain or host.endswith(f".{domain}") for domain in entity.official_domains)


def check_minute(due_at: datetime, *, now: datetime) -> None:
    """The minute may be the running one, never one that passed, nor one so far that it must be a slip."""
    if due_at < now.replace(second=0, microsecond=0):
        local = now.astimezone(ZoneInfo(ZONE))
        raise Refused(f"Esa hora ya pasó: elige de las {local:%H:%M} en adelante.")
    if due_at > now + FARTHEST:
        raise Refused("Esa fecha está demasiado lejos: se programa hasta con dos años de anticipación.")


may_edit = as_question(check_may_edit)
may_move = as_question(check_may_move)
may_cancel = as_question(check_may_cancel)
may_pause_everything = as_question(check_may_pause_everything)
may_pause_publication = as_question(check_may_pause_publication)
may_resume = as_question(check_may_resume)
may_duplicate = as_question(check_may_duplicate)
