"""The machine: database, disk, clocks, workers, keys, versions."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from pregonero.health import queries
from pregonero.health.result import Finding
from pregonero.networks import keyring
from pregonero.networks.encrypted_fields import count_unreadable
from pregonero.networks.facebook.graph_versions import ENDS

OLDEST_POSTGRESQL = 150_000
FREE_GIGABYTES = 2
DRIFT_SECONDS = 5.0
WARN_BEFORE = timedelta(days=90)
SHORTEST_KEY = 32


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    ok = version >= OLDEST_POSTGRESQL
    since = timezone.localtime(queries.database_since())
    words = f"PostgreSQL {version // 10_000}, en marcha desde el {since:%d/%m} a las {since:%H:%M}."
    return Finding("database", ok, words if ok else f"{words} Se necesita la versión 15 o posterior.")


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
    free = queries.free_bytes() / 1e9
    ok = free > FREE_GIGABYTES
    words = f"{free:.0f} GB libres en la carpeta de datos."
    full = "Si se llena, no se acepta nada nuevo; lo que iba en camino se confirma con la red cuando haya espacio."
    return Finding("disk", ok, words if ok else f"{words} Libera espacio. {full}")


def _clock() -> Finding:
    now = queries.clock()  # the beats' own
    drifts = {beat.worker: beat.drift_seconds for beat in queries.live_workers(now=now)} | {
        "este equipo": queries.drift()
    }
    name, worst = max(drifts.items(), key=lambda item: abs(item[1]))
    if abs(worst) > DRIFT_SECONDS:
        words = f"El reloj de {name} difiere {abs(worst):.0f} s del de la base de datos: sincronízalo (NTP)."
        return Finding("clock", ok=False, sentence=words)
    return Finding("clock", ok=True, sentence="Los relojes coinciden con el de la base de datos.")


def _workers() -> Finding:
    """Not that a process says that it lives, but that jobs were done lately by whoever says so."""
    lanes, last, now = queries.lanes_alive(), queries.last_beat(), queries.clock()
    if not lanes:
        since = f" El último dio señal el {timezone.localtime(last.at):%d/%m a las %H:%M}." if last else ""
        return Finding("workers", ok=False, sentence=f"No hay un trabajador activo: nada sale.{since}")
    if last is None or last.at < now - queries.ALIVE:
        return Finding("workers", ok=False, sentence="Hay trabajadores, pero sus trabajos no avanzan: reinícialos.")
    return Finding("workers", ok=True, sentence=f"Los trabajos avanzan, en {lanes} carriles de trabajo.")


def _keys() -> Finding:
    """The key of the credentials is there, for us alone, is no other key, and opens every one of them."""
    problem = keyring.problem()
    if problem:
        return Finding("keys", ok=False, sentence=problem)
    texts = [key.text for key in keyring.ring()]
    if settings.SECRET_KEY in texts or min(map(len, texts)) < SHORTEST_KEY:
        return Finding(
            "keys", ok=False, sentence="La llave de las credenciales es corta o es la misma de las sesiones."
        )
    closed = count_unreadable()
    if closed:
        words = f"{closed} credenciales no se abren con esta llave: trae la que falta, o conecta otra vez las cuentas."
        return Finding("keys", ok=False, sentence=words)
    return Finding("keys", ok=True, sentence="La llave de las credenciales está fuera de la base, y las abre todas.")


def _graph() -> Finding:
    version, ends = settings.GRAPH_VERSION, ENDS.get(settings.GRAPH_VERSION)
    if ends is None:
        words = f"Meta Graph {version}: no sabemos hasta cuándo responde; míralo en su página de versiones."
        return Finding("graph", ok=True, sentence=words)
    ok = timezone.localdate() < ends - WARN_BEFORE
    return Finding("graph", ok, f"Meta Graph {version} responde hasta el {ends:%d/%m/%Y}{'' if ok else ': cámbiala'}.")


def _mail() -> Finding:
    words = "Correo configurado." if settings.EMAIL_HOST else "Sin servidor de correo: los avisos se ven solo en Hoy."
    return Finding("mail", ok=True, sentence=words)


LOOKS: tuple[Callable[[], Finding], ...] = (
    _database, _migrations, _triggers, _disk, _clock, _workers, _keys, _graph, _mail,
)  # fmt: skip
