"""Checks of the deliveries: overdue, throttled, without a wake-up job, stuck, undecided, rejected, paused."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.database import database_now
from pregonero.health.runner import Area, CheckResult, Detail, Level
from pregonero.networks.models import Account, AccountState
from pregonero.outbox.models import NOT_YET, Delivery, Hold
from pregonero.outbox.queries.account_stops import StopKind, account_stops
from pregonero.outbox.queries.holds import not_held
from pregonero.outbox.queries.last_sends import last_sends
from pregonero.outbox.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.outbox.subjects import handler_of
from pregonero.outbox.wakeups import LOOK_TASK, schedule_wakeups

LATE_AFTER = timedelta(seconds=30)  # a healthy worker sends within seconds
STUCK_AFTER = timedelta(minutes=2)
SHOWN = 20  # deliveries that a check names


def rebuild_queue() -> CheckResult:
    """Schedule again the wake-up job of every moment at which a delivery must be prepared, sent or looked up."""
    deliveries = Delivery.objects.filter(Q(state__in=WAITING) | Q(state__in=IN_FLIGHT))
    pairs = deliveries.values_list("prepare_at", "ready_at")
    moments = {moment for pair in pairs for moment in pair if moment < NOT_YET}
    schedule_wakeups(moments, now=database_now())
    return _good("requeue", f"Horas de envío alistadas otra vez: {len(moments)}.")


def check_overdue(entity_id: int | None) -> CheckResult:
    """Check that no delivery of an account that may publish is more than `LATE_AFTER` past its time.

    One that is retried again and again is overdue too: what counts is its own time, not that of the next try.
    """
    now = database_now()
    limit = now - LATE_AFTER
    late = _deliveries_of(entity_id).filter(
        not_held(), Q(ready_at__lt=limit) | Q(position=0, due_at__lt=limit), state__in=WAITING
    )
    stopped = [stop.account.pk for stop in account_stops(entity_id=entity_id, now=now)]
    late = late.exclude(account__in=stopped).exclude(ready_at=NOT_YET)
    count = late.count()
    if not count:
        return _good("overdue", "Nada atrasado.")
    details = _named(late)
    remedy = "" if any(detail.why for detail in details) else "Revisa que haya un trabajador en marcha."
    sentence = "Un envío pasó su hora y no ha salido."
    if count > 1:
        sentence = f"{count} envíos pasaron su hora y no han salido."
    return CheckResult("overdue", Area.DELIVERIES, Level.ERROR, sentence, remedy, details)


def check_throttled(entity_id: int | None) -> CheckResult:
    """Check that no network keeps an account from publishing what is due: a 429, or a limit that is used up."""
    stops = [stop for stop in account_stops(entity_id=entity_id, now=database_now()) if stop.kind == StopKind.THROTTLED]
    if not stops:
        return _good("throttled", "Ninguna red pide esperar.")
    path = reverse("publishing:limits")
    details = tuple(Detail(stop.title, f"{stop.reason} {stop.waiting_label}".strip(), path) for stop in stops)
    sentence = "Una cuenta espera a su red." if len(stops) == 1 else f"{len(stops)} cuentas esperan a su red."
    level = Level.REVIEW if any(stop.publications for stop in stops) else Level.PAUSED
    return CheckResult("throttled", Area.DELIVERIES, level, sentence, details=details)


def check_wakeups(entity_id: int | None) -> CheckResult:
    """Check that every future due time of a waiting delivery has a wake-up job."""
    waiting = _deliveries_of(entity_id).filter(state__in=WAITING, due_at__gt=database_now())
    due_times = set(waiting.values_list("due_at", flat=True))
    jobs = ProcrastinateJob.objects.filter(task_name=LOOK_TASK, status="todo", scheduled_at__in=due_times)
    missing = len(due_times - set(jobs.values_list("scheduled_at", flat=True)))
    if not missing:
        return _good("alarms", "Cada envío tiene su hora lista.")
    sentence = "Una hora de envío no está lista." if missing == 1 else f"{missing} horas de envío no están listas."
    remedy = "Ejecuta «pregonero doctor --requeue»."
    return CheckResult("alarms", Area.DELIVERIES, Level.ERROR, sentence, remedy)


def check_stuck(entity_id: int | None) -> CheckResult:
    """Check that no delivery stays unconfirmed for more than `STUCK_AFTER` past its lease."""
    limit = database_now() - STUCK_AFTER
    unattended = Q(leased_until__lt=limit) | Q(leased_by="", ready_at__lt=limit)
    stuck = _deliveries_of(entity_id).filter(unattended, state__in=IN_FLIGHT)
    count = stuck.count()
    if not count:
        return _good("stuck", "Nada se quedó a medio enviar.")
    sentence = f"{'Un envío sigue' if count == 1 else f'{count} envíos siguen'} sin confirmar desde hace rato."
    remedy = "Pregonero le pregunta a la red; si no avanza, reinicia los trabajadores."
    return CheckResult("stuck", Area.DELIVERIES, Level.REVIEW, sentence, remedy, _named(stuck))


def check_undecided(entity_id: int | None) -> CheckResult:
    """Check that no delivery waits for a person to decide whether it was published."""
    undecided = _deliveries_of(entity_id).filter(state=DeliveryState.NEEDS_PERSON)
    count = undecided.count()
    if not count:
        return _good("needs_person", "Nada espera una decisión.")
    sentence = "Un envío espera que alguien decida si salió."
    if count > 1:
        sentence = f"{count} envíos esperan que alguien decida si salieron."
    details = tuple(
        Detail(_name_of(delivery), _due(delivery), reverse("publishing:resolution", args=[delivery.pk]))
        for delivery in _first(undecided)
    )
    return CheckResult("needs_person", Area.DELIVERIES, Level.REVIEW, sentence, details=details)


def check_rejected(entity_id: int | None) -> CheckResult:
    """Check that no account's last send was a rejection; a stopped account is reported by the check of its stop."""
    now = database_now()
    accounts = _accounts_of(entity_id)
    stopped = {stop.account.pk for stop in account_stops(entity_id=entity_id, now=now)}
    sends = last_sends(accounts, now=now)
    details = tuple(
        Detail(str(account), sends[account.pk].reason, reverse("networks:account", args=[account.pk]))
        for account in accounts
        if sends[account.pk].ends_in_rejection and account.pk not in stopped
    )
    if not details:
        return _good("rejected", "Las redes aceptaron los últimos envíos.")
    sentence = "La red rechazó el último envío de una cuenta."
    if len(details) > 1:
        sentence = f"Las redes rechazaron el último envío de {len(details)} cuentas."
    return CheckResult("rejected", Area.DELIVERIES, Level.REVIEW, sentence, "Corrígelo y reprograma.", details)


def check_pauses(entity_id: int | None) -> CheckResult:
    """Report each thing that a person paused: everything, an account, a publication. A pause is not a fault."""
    details = (*_paused_by_holds(entity_id), *_paused_accounts(entity_id))
    if not details:
        return _good("paused", "Nada está en pausa.")
    sentence = "Hay una pausa." if len(details) == 1 else f"Hay {len(details)} pausas."
    return CheckResult("paused", Area.DELIVERIES, Level.PAUSED, sentence, details=details)


def _paused_by_holds(entity_id: int | None) -> Iterable[Detail]:
    holds = Hold.objects.filter(released_at__isnull=True)
    if entity_id is not None:
        holds = holds.filter(entity_id=entity_id)
    for hold in holds.select_related("by", "entity").order_by("subject_kind", "pk"):
        why = f"{hold.by.name}, desde {_moment(hold.at)}: {hold.reason}"
        if hold.subject_id is None:
            whose = "" if entity_id is not None else f" de {hold.entity.short_name}"
            what = "Todas las publicaciones" if hold.subject_kind else f"Todo{' lo' if whose else ''}"
            yield Detail(f"{what}{whose}", why, reverse("publishing:pause_all"))
            continue
        held = Delivery.objects.filter(subject_kind=hold.subject_kind, subject_id=hold.subject_id).first()
        if held is not None:
            yield Detail(f"«{held.subject_name}»", why, _path_of(held))


def _paused_accounts(entity_id: int | None) -> Iterable[Detail]:
    """Yield the accounts that a person paused; the check of the networks reports those that wait for a connection."""
    for account in _accounts_of(entity_id):
        if account.state == AccountState.PAUSED and not account.waits_for_connection:
            yield Detail(str(account), account.paused_reason, reverse("networks:account", args=[account.pk]))


def _accounts_of(entity_id: int | None) -> list[Account]:
    accounts = Account.objects.exclude(state=AccountState.RETIRED).order_by("pk")
    return list(accounts if entity_id is None else accounts.filter(entity_id=entity_id))


def _deliveries_of(entity_id: int | None) -> QuerySet[Delivery]:
    return Delivery.objects.all() if entity_id is None else Delivery.objects.filter(entity_id=entity_id)


def _first(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.select_related("account").order_by("due_at", "pk")[:SHOWN]


def _named(deliveries: QuerySet[Delivery]) -> tuple[Detail, ...]:
    """Return the first of the deliveries by name, each with its reason, or else with the time when it was due."""
    return tuple(
        Detail(_name_of(delivery), delivery.reason or _due(delivery), _path_of(delivery))
        for delivery in _first(deliveries)
    )


def _name_of(delivery: Delivery) -> str:
    return f"«{delivery.subject_name}» en {delivery.account}"


def _due(delivery: Delivery) -> str:
    return f"Debía salir a {_moment(delivery.due_at)}."


def _path_of(delivery: Delivery) -> str:
    return handler_of(delivery.subject_kind).path_of(delivery)


def _moment(moment: datetime) -> str:
    """Return the hour in Bogotá, with the day unless it is today."""
    local = timezone.localtime(moment)
    day = "" if local.date() == timezone.localdate() else f" del {local:%d/%m}"
    return f"las {local:%H:%M}{day}"


def _good(name: str, sentence: str) -> CheckResult:
    return CheckResult(name, Area.DELIVERIES, Level.GOOD, sentence)


CHECKS = (
    check_overdue,
    check_throttled,
    check_wakeups,
    check_stuck,
    check_undecided,
    check_rejected,
    check_pauses,
)
