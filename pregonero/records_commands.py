"""`pregonero records`: sign a checkpoint, and take the records away in a file that anybody can check."""

from pathlib import Path

import click

from pregonero import stack
from pregonero.cli_output import Group, as_json_option, print_result


@click.group("records", cls=Group)
def records() -> None:
    """Los registros afuera: puntos de control firmados y el archivo que cualquiera comprueba."""


@records.command("checkpoint")
@click.argument("slug", metavar="ENTIDAD")
@click.option(
    "--to", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Carpeta donde dejarlo."
)
@as_json_option
def checkpoint(*, slug: str, folder: Path | None, as_json: bool) -> None:
    """Firma lo que hay hasta ahora y lo envía a donde se haya dicho; con --to lo deja también en una carpeta."""
    with stack.database():
        stack.set_up()
        from django.utils import timezone  # noqa: PLC0415

        from pregonero.people.queries import get_entity  # noqa: PLC0415
        from pregonero.records.outside import tasks  # noqa: PLC0415
        from pregonero.records.outside.actions import make_checkpoint, note_sending  # noqa: PLC0415
        from pregonero.records.tasks import seal_all  # noqa: PLC0415

        entity_id = get_entity(slug=slug).pk
        seal_all(entity_id=entity_id)
        made = make_checkpoint(entity_id=entity_id, now=timezone.now())
        if made is None:
            raise click.ClickException("Todavía no hay registros que firmar.")
        if folder is not None:
            note_sending(checkpoint=made, place=str(tasks.write_note(made, folder)), now=timezone.now())
        tasks.defer_sending(made)
    print_result({"size": made.size, "root": made.root, "note": made.note}, made.note, as_json=as_json)


@records.command("export")
@click.argument("slug", metavar="ENTIDAD")
@click.argument("file", metavar="ARCHIVO", type=click.Path(dir_okay=False, path_type=Path))
@as_json_option
def export(*, slug: str, file: Path, as_json: bool) -> None:
    """Escribe los registros, sus puntos de control, sus pruebas y la llave en un ARCHIVO."""
    with stack.database():
        stack.set_up()
        from django.utils import timezone  # noqa: PLC0415

        from pregonero.errors import Refused  # noqa: PLC0415
        from pregonero.people.queries import get_entity  # noqa: PLC0415
        from pregonero.records.outside.actions import make_checkpoint  # noqa: PLC0415
        from pregonero.records.outside.export import export_lines, grouped  # noqa: PLC0415
        from pregonero.records.tasks import seal_all  # noqa: PLC0415

        entity_id = get_entity(slug=slug).pk
        seal_all(entity_id=entity_id)
        make_checkpoint(entity_id=entity_id, now=timezone.now())
        try:
            with file.open("wb") as output:
                output.writelines(grouped(export_lines(entity_id)))
        except Refused as refusal:
            raise click.ClickException(refusal.message) from refusal
    size = file.stat().st_size
    print_result({"file": str(file), "bytes": size}, f"{file}: {size:,} bytes.".replace(",", "."), as_json=as_json)
