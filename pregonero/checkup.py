"""`pregonero doctor`: whether the installation is well, each finding with what to do about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.networks.models import Account, AccountState, Credential
from pregonero.publishing.alarms import set_alarms
from pregonero.publishing.models import Delivery
from pregonero.publishing.states import IN_FLIGHT, WAITING

OLDEST_POSTGRESQL = 150_000
FREE_GIGABYTES = 2
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, whether it is well, and the sentence."""

    name: str
    ok: bool
    sentence: str


def examine(*, requeue: bool) -> list[Finding]:
    """Return every finding; with `requeue`, rebuild the alarms of what waits from the table first."""
    findings = [_requeue()] if requeue else []
    looks: tuple[Callable[[], Finding], ...] = (
        _database, _migrations, _triggers, _disk, _overdue, _without_alarm, _stuck, _workers, _accounts, _mail,
    )  # fmt: skip
    return findings + [look() for look in looks]


def _requeue() -> Finding:
    waiting = Delivery.objects.filter(state__in=WAITING)
    moments = {moment for pair in waiting.values_list("prepare_at", "ready_at") for moment in pair}
    set_alarms(moments, now=timezone.now())
    return Finding("requeue", ok=True, sentence=f"Alarmas reconstruidas: {len(moments)} momentos.")


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    ok = version >= OLDEST_POSTGRESQL
    return Finding("database", ok, f"PostgreSQL {version // 10_000}{'' if ok else ': se necesita 15 o posterior'}.")


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    words = f"Faltan {len(pending)} cambios de tablas: ejecuta «pregonero migrate»." if pending else "Tablas al día."
    return Finding("migrations", not pending, words)


def _triggers() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname IN ('append_only', 'no_truncate') AND tgenabled <> 'D'"
            " AND tgrelid IN ('records_event'::regclass, 'records_batch'::regclass, 'records_leaf'::regclass)"
        )
        (found,) = cursor.fetchone()
    ok = found == 6  # noqa: PLR2004  two for each of the three tables
    words = "Los registros solo crecen: la base lo exige." if ok else "Los registros quedaron sin su protección."
    return Finding("triggers", ok, words)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free / 1e9
    ok = free > FREE_GIGABYTES
    return Finding("disk", ok, f"{free:.0f} GB libres en la carpeta de datos.")


def _overdue() -> Finding:
    late = Delivery.objects.filter(state__in=WAITING, ready_at__lt=timezone.now() - LATE_AFTER)
    count = late.filter(account__state=AccountState.ACTIVE).count()
    words = f"{count} envíos pasaron su minuto y siguen esperando: ¿hay un trabajador?" if count else "Nada atrasado."
    return Finding("overdue", not count, words)


def _without_alarm() -> Finding:
    """Programmed minus queued: what waits for a later minute must have somebody to wake for it."""
    waiting = set(Delivery.objects.filter(state__in=WAITING).values_list("due_at", flat=True))
    waiting = {moment for moment in waiting if moment > timezone.now()}
    jobs = ProcrastinateJob.objects.filter(task_name="publishing.look", status="todo", scheduled_at__in=waiting)
    missing = len(waiting) - len(set(jobs.values_list("scheduled_at", flat=True)))
    words = f"{missing} minutos sin alarma: ejecuta «pregonero doctor --requeue»." if missing else "Alarmas completas."
    return Finding("alarms", not missing, words)


def _stuck() -> Finding:
    stuck = Delivery.objects.filter(
        Q(held_until__lt=timezone.now() - LATE_AFTER) | Q(held_by="", ready_at__lt=timezone.now() - LATE_AFTER),
        state__in=IN_FLIGHT,
    ).count()
    words = f"{stuck} envíos sin confirmar desde hace rato." if stuck else "Nada se quedó a medio enviar."
    return Finding("stuck", not stuck, words)


def _workers() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
        )
        (alive,) = cursor.fetchone()
    return Finding(
        "workers", bool(alive), f"{alive} trabajadores activos." if alive else "No hay un trabajador activo."
    )


def _accounts() -> Finding:
    lonely = Account.objects.exclude(pk__in=Credential.objects.values("account_id"))
    names = ", ".join(str(account) for account in lonely.order_by("pk")[:10])
    return Finding("accounts", not names, f"Sin conectar: {names}." if names else "Cuentas conectadas.")


def _mail() -> Finding:
    words = "Correo configurado." if settings.EMAIL_HOST else "Sin servidor de correo: los avisos se ven solo en Hoy."
    return Finding("mail", ok=True, sentence=words)
