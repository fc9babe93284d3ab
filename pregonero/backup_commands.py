"""`pregonero backup` and `pregonero restore`."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from pregonero import embedded_postgres, stack
from pregonero.backup.copy import CopyFailed, make_copy
from pregonero.backup.restore import RestoreResult, check_restored, place_keys, restore_copy
from pregonero.cli_output import Command, as_json_option, print_result

FOLDER = click.argument("folder", metavar="CARPETA", type=click.Path(file_okay=False, path_type=Path))
KEYS = click.option(
    "--keys",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Carpeta de las llaves: otra, y en otro lugar.",
)
OWN_DATABASE = (
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "PREGONERO_VAULT_KEY",
    "PREGONERO_VAULT_KEY_FILE",
    "PREGONERO_SECRET_KEY",
)


def _database_url() -> str:
    return os.environ.get("DATABASE_URL") or embedded_postgres.database_url()


@click.command("backup", cls=Command)
@FOLDER
@KEYS
@as_json_option
def backup(*, folder: Path, keys: Path, as_json: bool) -> None:
    """Copia la base de datos y los archivos, cifrados, mientras todo sigue andando.

    Los archivos que ya están en la carpeta no se copian otra vez.
    """
    with stack.database():
        try:
            result = make_copy(
                folder=folder,
                keys=keys,
                data=embedded_postgres.data_folder(),
                database_url=_database_url(),
                now=datetime.now(UTC),
            )
        except CopyFailed as failure:
            raise click.ClickException(str(failure)) from failure
    figures = f"Archivos: {result.media}, {result.new_media} nuevos."
    text = f"Copia hecha: {result.file}. {figures} Las llaves quedaron en {keys}: guárdalas aparte."
    print_result(asdict(result), text, as_json=as_json)


@click.command("restore", cls=Command)
@FOLDER
@KEYS
@click.option("--drill", is_flag=True, help="Ensayo: restaura al lado, comprueba y lo borra. No toca esta instalación.")
@as_json_option
def restore(*, folder: Path, keys: Path, drill: bool, as_json: bool) -> None:
    """Trae la última copia completa a una instalación vacía y comprueba el sello y la huella de cada archivo."""
    if drill:
        sys.exit(_drill(folder, keys, as_json=as_json))
    data = embedded_postgres.data_folder()
    try:
        place_keys(keys=keys, data=data)
        with stack.database():
            listed = restore_copy(folder=folder, keys=keys, data=data, database_url=_database_url())
            stack.set_up()
            result = check_restored(listed=listed, data=data)
    except (CopyFailed, OSError) as failure:
        raise click.ClickException(str(failure)) from failure
    print_result(asdict(result) | {"ok": result.ok}, _text_of(result), as_json=as_json)
    sys.exit(0 if result.ok else 1)


def _drill(folder: Path, keys: Path, *, as_json: bool) -> int:
    """Restore in a folder of its own, with a database of its own, and remove it; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="pregonero-drill-") as place:
        Path(place).chmod(0o755)  # PostgreSQL runs as another user
        environment = {name: value for name, value in os.environ.items() if name not in OWN_DATABASE}
        command = [sys.executable, "-m", "pregonero", "restore", str(folder.resolve())]
        command += ["--keys", str(keys.resolve()), "--json"]
        done = subprocess.run(
            command, env=environment | {"PREGONERO_DATA": place}, capture_output=True, text=True, check=False
        )
    try:
        figures = json.loads(done.stdout)
    except ValueError as error:
        raise click.ClickException(done.stderr.strip() or "El ensayo no terminó.") from error
    result = RestoreResult(**{name: value for name, value in figures.items() if name != "ok"})
    print_result(figures, f"Ensayo. {_text_of(result)}", as_json=as_json)
    return done.returncode


def _text_of(result: RestoreResult) -> str:
    figures = (
        f"Copia de {result.made_at}: {result.events} registros en {result.batches} lotes, {result.media} archivos."
    )
    return f"{figures} ✗ {result.problem}" if result.problem else f"{figures} Todo está como se copió."
