"""Checks of the deliveries: overdue, without a wake-up job, stuck, waiting for a person, paused."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.database import database_now
from pregonero.health.runner import CheckResult
from pregonero.networks.models import AccountState
from pregonero.outbox.models import NOT_YET, Delivery, Hold
from pregonero.outbox.queries.holds import not_held
from pregonero.outbox.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.outbox.wakeups import LOOK_TASK, schedule_wakeups

LATE_AFTER = timedelta(minutes=2)


def rebuild_queue() -> CheckResult:
    """Schedule again the wake-up job of every moment at which a delivery must be prepared, sent or looked up."""
    deliveries = Delivery.objects.filter(Q(state__in=WAITING) | Q(state__in=IN_FLIGHT))
    pairs = deliveries.values_list("prepare_at", "ready_at")
    moments = {moment for pair in pairs for moment in pair if moment < NOT_YET}
    schedule_wakeups(moments, now=database_now())
    return CheckResult("requeue", ok=True, sentence=f"Cola reconstruida desde la tabla: {len(moments)} momentos.")


def check_overdue(entity_id: int | None) -> CheckResult:
    """Check that no delivery of an active account is more than `LATE_AFTER` past its time."""
    late = _deliveries_of(entity_id).filter(
        not_held(),
        state__in=WAITING,
        ready_at__lt=database_now() - LATE_AFTER,
        account__state=AccountState.ACTIVE,
    )
    count = late.count()
    if count:
        sentence = f"{count} envíos pasaron su minuto y siguen esperando: ¿hay un trabajador?"
        return CheckResult("overdue", ok=False, sentence=sentence)
    return CheckResult("overdue", ok=True, sentence="Nada atrasado.")


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
    """Check that no delivery stays unconfirmed for more than `LATE_AFTER` past its lease."""
    limit = database_now() - LATE_AFTER
    unattended = Q(leased_until__lt=limit) | Q(leased_by="", ready_at__lt=limit)
    count = _deliveries_of(entity_id).filter(unattended, state__in=IN_FLIGHT).count()
    if count:
        return CheckResult("stuck", ok=False, sentence=f"{count} envíos sin confirmar desde hace rato.")
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
    """Report what is paused, and by whom; a pause is not a fault."""
    pauses = Hold.objects.filter(released_at__isnull=True)
    if entity_id is not None:
        pauses = pauses.filter(entity_id=entity_id)
    general = pauses.filter(subject_kind="").select_related("by").first()
    if general is not None:
        sentence = f"Todo está en pausa, por {general.by.name}: {general.reason}"
    else:
        count = pauses.count()
        sentence = f"Publicaciones en pausa: {count}." if count else "Nada está en pausa."
    return CheckResult("paused", ok=True, sentence=sentence)


def _deliveries_of(entity_id: int | None) -> QuerySet[Delivery]:
    return Delivery.objects.all() if entity_id is None else Delivery.objects.filter(entity_id=entity_id)


CHECKS = (check_overdue, check_wakeups, check_stuck, check_undecided, check_pauses)
