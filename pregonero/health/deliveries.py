"""The deliveries: overdue, programmed minus queued, uncertain, waiting for a person; and the accounts."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.health.result import Finding
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.publishing.models import NOT_YET, Delivery
from pregonero.publishing.models.manual import PublishingStop
from pregonero.publishing.queries import clock, not_stopped
from pregonero.publishing.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups

LATE_AFTER = timedelta(minutes=2)


def _of(entity_id: int | None) -> QuerySet[Delivery]:
    return Delivery.objects.all() if entity_id is None else Delivery.objects.filter(entity_id=entity_id)


def rebuild_queue() -> Finding:
    """Set again, from the table, the alarm of every moment at which something must be looked at."""
    waiting = Delivery.objects.filter(Q(state__in=WAITING) | Q(state__in=IN_FLIGHT))
    moments = {moment for pair in waiting.values_list("prepare_at", "ready_at") for moment in pair if moment < NOT_YET}
    schedule_wakeups(moments, now=clock())
    return Finding("requeue", ok=True, sentence=f"Cola reconstruida desde la tabla: {len(moments)} momentos.")


def _overdue(entity_id: int | None) -> Finding:
    late = _of(entity_id).filter(not_stopped(), state__in=WAITING, ready_at__lt=clock() - LATE_AFTER)
    count = late.filter(account__state=AccountState.ACTIVE).count()
    words = f"{count} envíos pasaron su minuto y siguen esperando: ¿hay un trabajador?" if count else "Nada atrasado."
    return Finding("overdue", not count, words)


def _without_alarm(entity_id: int | None) -> Finding:
    """Programmed minus queued: what waits for a later minute must have somebody to wake for it."""
    waiting = set(_of(entity_id).filter(state__in=WAITING, due_at__gt=clock()).values_list("due_at", flat=True))
    jobs = ProcrastinateJob.objects.filter(task_name="publishing.look", status="todo", scheduled_at__in=waiting)
    missing = len(waiting) - len(set(jobs.values_list("scheduled_at", flat=True)))
    words = (
        f"{missing} {'minuto' if missing == 1 else 'minutos'} sin alarma: ejecuta «pregonero doctor --requeue»."
        if missing
        else "Alarmas completas."
    )
    return Finding("alarms", not missing, words)


def _stuck(entity_id: int | None) -> Finding:
    before = clock() - LATE_AFTER
    forgotten = Q(leased_until__lt=before) | Q(leased_by="", ready_at__lt=before)
    stuck = _of(entity_id).filter(forgotten, state__in=IN_FLIGHT).count()
    words = f"{stuck} envíos sin confirmar desde hace rato." if stuck else "Nada se quedó a medio enviar."
    return Finding("stuck", not stuck, words)


def _undecided(entity_id: int | None) -> Finding:
    count = _of(entity_id).filter(state=DeliveryState.NEEDS_PERSON).count()
    many = "envío espera que una persona decida si salió" if count == 1 else "envíos esperan que una persona decida"
    words = f"{count} {many}." if count else "Nada espera una decisión."
    return Finding("needs_person", not count, words)


def _paused(entity_id: int | None) -> Finding:
    stops = PublishingStop.objects.filter(lifted_at__isnull=True)
    stops = stops if entity_id is None else stops.filter(entity_id=entity_id)
    everything = stops.filter(publication__isnull=True).select_related("by").first()
    if everything is not None:
        return Finding("paused", ok=True, sentence=f"Todo está en pausa, por {everything.by.name}: {everything.reason}")
    count = stops.count()
    return Finding("paused", ok=True, sentence=f"Publicaciones en pausa: {count}." if count else "Nada está en pausa.")


def _accounts(entity_id: int | None) -> Finding:
    used = Account.objects.exclude(state=AccountState.RETIRED)
    lonely = used.exclude(pk__in=Credential.objects.filter(state=CredentialState.GOOD).values("account_id"))
    lonely = lonely if entity_id is None else lonely.filter(entity_id=entity_id)
    names = ", ".join(str(account) for account in lonely.order_by("pk")[:10])
    return Finding("accounts", not names, f"Sin conectar: {names}." if names else "Cuentas conectadas.")


LOOKS: tuple[Callable[[int | None], Finding], ...] = (
    _overdue, _without_alarm, _stuck, _undecided, _paused, _accounts,
)  # fmt: skip
