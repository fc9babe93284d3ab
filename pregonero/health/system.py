"""Checks of the machine: database, migrations, disk, clocks, workers and mail server."""

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from pregonero.database import database_now
from pregonero.health import queries
from pregonero.health.runner import CheckResult

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
        return CheckResult("database", ok=False, sentence=f"{sentence} Se necesita la versión 15 o posterior.")
    return CheckResult("database", ok=True, sentence=sentence)


def check_migrations(entity_id: int | None) -> CheckResult:
    """Check that every migration is applied."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        missing = "Falta un cambio" if len(pending) == 1 else f"Faltan {len(pending)} cambios"
        sentence = f"{missing} de tablas: ejecuta «pregonero migrate»."
        return CheckResult("migrations", ok=False, sentence=sentence)
    return CheckResult("migrations", ok=True, sentence="Tablas al día.")


def check_disk(entity_id: int | None) -> CheckResult:
    """Check the free space of the data folder's disk."""
    free = queries.free_bytes() / 1e9
    sentence = f"{free:.0f} GB libres en la carpeta de datos."
    if free > FREE_GIGABYTES:
        return CheckResult("disk", ok=True, sentence=sentence)
    advice = "Si se llena, no se acepta nada nuevo; lo que iba en camino se confirma con la red cuando haya espacio."
    return CheckResult("disk", ok=False, sentence=f"{sentence} Libera espacio. {advice}")


def check_clocks(entity_id: int | None) -> CheckResult:
    """Check the clocks of this machine and of every live worker against the database's."""
    drifts = {heartbeat.worker: heartbeat.drift_seconds for heartbeat in queries.live_workers(now=database_now())}
    drifts["este equipo"] = queries.clock_drift()
    name, worst = max(drifts.items(), key=lambda item: abs(item[1]))
    if abs(worst) > DRIFT_SECONDS:
        sentence = f"El reloj de {name} difiere {abs(worst):.0f} s del de la base de datos: sincronízalo (NTP)."
        return CheckResult("clock", ok=False, sentence=sentence)
    return CheckResult("clock", ok=True, sentence="Los relojes coinciden con el de la base de datos.")


def check_workers(entity_id: int | None) -> CheckResult:
    """Check that a worker is connected to the queue and that its jobs run."""
    pools, latest = queries.count_connected_pools(), queries.latest_heartbeat()
    if not pools:
        since = f" El último dio señal el {timezone.localtime(latest.at):%d/%m a las %H:%M}." if latest else ""
        return CheckResult("workers", ok=False, sentence=f"No hay un trabajador activo: nada sale.{since}")
    if latest is None or latest.at < database_now() - queries.ALIVE:
        sentence = "Hay trabajadores, pero sus trabajos no avanzan: reinícialos."
        return CheckResult("workers", ok=False, sentence=sentence)
    return CheckResult("workers", ok=True, sentence=f"Los trabajos avanzan, en {pools} grupos de trabajo.")


def check_mail(entity_id: int | None) -> CheckResult:
    """Report whether a mail server is configured; working without one is allowed."""
    if settings.EMAIL_HOST:
        return CheckResult("mail", ok=True, sentence="Correo configurado.")
    return CheckResult("mail", ok=True, sentence="Sin servidor de correo: los avisos se ven solo en Hoy.")


CHECKS = (check_database, check_migrations, check_disk, check_clocks, check_workers, check_mail)
