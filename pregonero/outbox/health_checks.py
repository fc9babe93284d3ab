"""Checks of the deliveries: overdue, throttled, without a wake-up job, stuck, waiting for a person, paused."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.database import database_now
from pregonero.health.runner import CheckResult
from pregonero.outbox.models import NOT_YET, Delivery, Hold
from pregonero.outbox.queries.account_stops import StopKind, account_stops
from pregonero.outbox.queries.holds import not_held
from pregonero.outbox.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.outbox.wakeups import LOOK_TASK, schedule_wakeups

LATE_AFTER = timedelta(seconds=30)  # a healthy worker sends within seconds
STUCK_AFTER = timedelta(minutes=2)
NAMES_SHOWN = 5


def rebuild_queue() -> CheckResult:
    """Schedule again the wake-up job of every moment at which a delivery must be prepared, sent or looked up."""
    deliveries = Delivery.objects.filter(Q(state__in=WAITING) | Q(state__in=IN_FLIGHT))
    pairs = deliveries.values_list("prepare_at", "ready_at")
    moments = {moment for pair in pairs for moment in pair if moment < NOT_YET}
    schedule_wakeups(moments, now=database_now())
    return CheckResult("requeue", ok=True, sentence=f"Cola reconstruida desde la tabla. Momentos: {len(moments)}.")


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
        return CheckResult("overdue", ok=True, sentence="Nada atrasado.")
    reason = late.exclude(reason="").order_by("due_at", "pk").values_list("reason", flat=True).first()
    late_label = "Un envío pasó su hora y espera" if count == 1 else f"{count} envíos pasaron su hora y esperan"
    return CheckResult("overdue", ok=False, sentence=f"{late_label}: {reason or '¿hay un trabajador?'}")


def check_throttled(entity_id: int | None) -> CheckResult:
    """Check that no network keeps an account from publishing what is due: a 429, or a limit that is used up."""
    stops = [stop for stop in account_stops(entity_id=entity_id, now=database_now()) if stop.kind == StopKind.THROTTLED]
    if not stops:
        return CheckResult("throttled", ok=True, sentence="Ninguna red pide esperar.")
    sentence = " ".join(f"{stop.title} {stop.waiting_label}".strip() for stop in stops[:NAMES_SHOWN])
    return CheckResult("throttled", ok=not any(stop.publications for stop in stops), sentence=sentence, is_stop=True)


def check_wakeups(entity_id: int | None) -> CheckResult:
    """Check that every future due time of a waiting delivery has a wake-up job."""
    waiting = _deliveries_of(entity_id).filter(state__in=WAITING, due_at__gt=database_now())
    due_times = set(waiting.values_list("due_at", flat=True))
    jobs = ProcrastinateJob.objects.filter(task_name=LOOK_TASK, status="todo", scheduled_at__in=due_times)
    missing = len(due_times - set(jobs.values_list("scheduled_at", flat=True)))
    if missing:
        minutes = "minuto" if missing == 1 else "minutos"
        sentence = f"{missing} {minutes} sin alarma: ejecuta «pregonero doctor --requeue»."
        return CheckResult("alarms", ok=False, sentence=sentence)
    return CheckResult("alarms", ok=True, sentence="Alarmas completas.")


def check_stuck(entity_id: int | None) -> CheckResult:
    """Check that no delivery stays unconfirmed for more than `STUCK_AFTER` past its lease."""
    limit = database_now() - STUCK_AFTER
    unattended = Q(leased_until__lt=limit) | Q(leased_by="", ready_at__lt=limit)
    count = _deliveries_of(entity_id).filter(unattended, state__in=IN_FLIGHT).count()
    if count:
        stuck = "Un envío sigue" if count == 1 else f"{count} envíos siguen"
        return CheckResult("stuck", ok=False, sentence=f"{stuck} sin confirmar desde hace rato.")
    return CheckResult("stuck", ok=True, sentence="Nada se quedó a medio enviar.")


def check_undecided(entity_id: int | None) -> CheckResult:
    """Check that no delivery waits for a person to decide whether it was published."""
    count = _deliveries_of(entity_id).filter(state=DeliveryState.NEEDS_PERSON).count()
    if not count:
        return CheckResult("needs_person", ok=True, sentence="Nada espera una decisión.")
    waiting = "envío espera que una persona decida si salió"
    if count > 1:
        waiting = "envíos esperan que una persona decida"
    return CheckResult("needs_person", ok=False, sentence=f"{count} {waiting}.")


def check_pauses(entity_id: int | None) -> CheckResult:
    """Report everything that a person paused: all, accounts and publications. A pause is not a fault."""
    holds = Hold.objects.filter(released_at__isnull=True)
    if entity_id is not None:
        holds = holds.filter(entity_id=entity_id)
    general = holds.filter(subject_kind="").select_related("by").first()
    if general is not None:
        sentence = f"Todo está en pausa, por {general.by.name}: {general.reason}"
        return CheckResult("paused", ok=True, sentence=sentence, is_stop=True)
    paused = _paused_labels(entity_id, holds.exclude(subject_kind="").count())
    if not paused:
        return CheckResult("paused", ok=True, sentence="Nada está en pausa.")
    return CheckResult("paused", ok=True, sentence=f"En pausa: {'; '.join(paused)}.", is_stop=True)


def _paused_labels(entity_id: int | None, publications: int) -> list[str]:
    stops = account_stops(entity_id=entity_id, now=database_now())
    names = [str(stop.account) for stop in stops if stop.kind == StopKind.PAUSED]
    left = len(names) - NAMES_SHOWN
    more = ["y una cuenta más" if left == 1 else f"y {left} cuentas más"] if left > 0 else []
    count = "una publicación" if publications == 1 else f"{publications} publicaciones"
    return [*names[:NAMES_SHOWN], *more, *([count] if publications else [])]


def _deliveries_of(entity_id: int | None) -> QuerySet[Delivery]:
    return Delivery.objects.all() if entity_id is None else Delivery.objects.filter(entity_id=entity_id)


CHECKS = (check_overdue, check_throttled, check_wakeups, check_stuck, check_undecided, check_pauses)
