"""The check that every migration applied to a database exists in this version of Pregonero.

Without it, the commands would fail with the traceback of some missing column.
"""

from pathlib import Path

import psycopg

from pregonero import embedded_postgres, environment

PACKAGE = Path(__file__).resolve().parent
FORMER_APPS = {"upkeep"}  # apps of earlier versions that had migrations


class UnknownMigrations(SystemExit):
    """The database was made by another version of Pregonero."""


def check_history() -> None:
    """Exit with a sentence if the database has migrations that this version lacks.

    Do nothing when the database cannot be reached or has no migrations yet: the command itself handles that.
    """
    url = environment.text("DATABASE_URL")
    known = {(path.parent.parent.name, path.stem) for path in PACKAGE.glob("*/migrations/[0-9]*.py")}
    apps = {app for app, _ in known} | FORMER_APPS
    unknown = {name for name in _applied(url or embedded_postgres.database_url()) if name[0] in apps} - known
    if unknown:
        first = ".".join(min(unknown))
        raise UnknownMigrations(
            f"La base de datos la hizo otra versión de Pregonero: tiene {len(unknown)} cambios de tablas que esta "
            f"versión no conoce ({first}, por ejemplo), y no se puede seguir con ella.\n{_advice(url)}"
        )


def _applied(url: str) -> set[tuple[str, str]]:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return set()


def _advice(url: str) -> str:
    if url:
        name = psycopg.conninfo.conninfo_to_dict(url).get("dbname", "")
        return (
            "Crea una base de datos vacía, ponla en DATABASE_URL y ejecuta «pregonero migrate». "
            f"La de ahora, «{name}», queda como está."
        )
    folder = embedded_postgres.data_folder()
    return f"Si no guarda nada que necesites, borra la carpeta {folder} y repite la orden: se crea otra, vacía."
