"""Checks of the machine: database, migrations, disk, clocks, workers and mail server."""

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from pregonero.database import database_now
from pregonero.health import queries
from pregonero.health.runner import Area, CheckResult, Level

OLDEST_POSTGRESQL = 150_000
FREE_GIGABYTES = 2
DRIFT_SECONDS = 5.0


def check_database(entity_id: int | None) -> CheckResult:
    """Check the version of the database server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    since = timezone.localtime(queries.database_since())
    sentence = f"PostgreSQL {version // 10_000}, en marcha desde el {since:%d/%m} a las {since:%H:%M}."
    if version < OLDEST_POSTGRESQL:
        remedy = "Actualízalo: se necesita la versión 15 o posterior."
        return CheckResult("database", Area.SERVER, Level.ERROR, sentence, remedy)
    return CheckResult("database", Area.SERVER, Level.GOOD, sentence)


def check_migrations(entity_id: int | None) -> CheckResult:
    """Check that every migration is applied."""
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not pending:
        return CheckResult("migrations", Area.SERVER, Level.GOOD, "Base actualizada.")
    sentence = "A la base le falta un cambio." if pending == 1 else f"A la base le faltan {pending} cambios."
    return CheckResult("migrations", Area.SERVER, Level.ERROR, sentence, "Ejecuta «pregonero migrate».")


def check_disk(entity_id: int | None) -> CheckResult:
    """Check the free space of the data folder's disk."""
    free = queries.free_bytes() / 1e9
    if free > FREE_GIGABYTES:
        return CheckResult("disk", Area.SERVER, Level.GOOD, f"{free:.0f} GB libres en la carpeta de datos.")
    sentence = f"Solo quedan {free:.1f} GB en la carpeta de datos.".replace(".", ",", 1)
    remedy = "Libera espacio: si se llena, no entra nada nuevo; lo que iba en camino se confirma con su red después."
    return CheckResult("disk", Area.SERVER, Level.ERROR, sentence, remedy)


def check_clocks(entity_id: int | None) -> CheckResult:
    """Check the clocks of this machine and of every live worker against the database's."""
    drifts = {heartbeat.worker: heartbeat.drift_seconds for heartbeat in queries.live_workers(now=database_now())}
    drifts["este equipo"] = queries.clock_drift()
    name, worst = max(drifts.items(), key=lambda item: abs(item[1]))
    if abs(worst) <= DRIFT_SECONDS:
        return CheckResult("clock", Area.SERVER, Level.GOOD, "Los relojes coinciden.")
    sentence = f"El reloj de {name} difiere {abs(worst):.0f} s del de la base."
    return CheckResult("clock", Area.SERVER, Level.REVIEW, sentence, "Sincronízalo (NTP).")


def check_workers(entity_id: int | None) -> CheckResult:
    """Check that a worker is connected to the queue and that its jobs run."""
    pools, latest = queries.count_connected_pools(), queries.latest_heartbeat()
    if not pools:
        since = f" El último dio señal el {timezone.localtime(latest.at):%d/%m a las %H:%M}." if latest else ""
        sentence = f"No sale nada: no hay un trabajador en marcha.{since}"
        return CheckResult("workers", Area.DELIVERIES, Level.ERROR, sentence, "Arráncalo: «pregonero worker».")
    if latest is None or latest.at < database_now() - queries.ALIVE:
        sentence = "Hay trabajadores, pero sus trabajos no avanzan."
        return CheckResult("workers", Area.DELIVERIES, Level.ERROR, sentence, "Reinícialos.")
    return CheckResult("workers", Area.DELIVERIES, Level.GOOD, "Envíos funcionando.")


def check_mail(entity_id: int | None) -> CheckResult:
    """Report whether a mail server is configured; working without one is allowed."""
    sentence = "Correo configurado." if settings.EMAIL_HOST else "Sin servidor de correo: los avisos se ven en Hoy."
    return CheckResult("mail", Area.SERVER, Level.GOOD, sentence)


CHECKS = (check_database, check_migrations, check_disk, check_clocks, check_workers, check_mail)
