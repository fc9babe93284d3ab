"""The console command `pregonero`. Each subcommand has its help in Spanish, and `--json` where programs use it."""

import gc
import gettext
import os
import signal
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import Any

import click

from pregonero import embedded_postgres, environment, stack
from pregonero.backup_commands import backup, restore
from pregonero.bench_commands import bench
from pregonero.cli_output import Group, as_json_option, print_result
from pregonero.demo.code_command import code
from pregonero.migration_history import check_history
from pregonero.processes import END_SECONDS, plain_environment, signal_with_parent
from pregonero.progress import Progress
from pregonero.records_commands import records

# click translates its own sentences with the default gettext domain.
gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))
os.environ["LANGUAGE"] = "es"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")


@click.group(
    cls=Group,
    commands=[code, bench, records, backup, restore],
    help="Pregonero: el procedimiento de publicación en redes sociales, hecho sistema.",
)
def main() -> None:
    """Define the group of the subcommands."""


@main.command()
def run() -> None:
    """Levanta todo en una terminal: base de datos, laboratorio, web y trabajador, con la demostración."""
    progress = Progress()
    running = stack.find_running()
    if running is not None:
        click.echo(f"Ya está en marcha (proceso {running.pid}).\n\n{running.summary}")
        return
    with stack.everything(progress) as installation:
        from pregonero.demo import sample_run  # noqa: PLC0415  models load after `django.setup()`

        click.echo(f"\n{installation.addresses.summary}\n\nCtrl-C lo detiene todo.\n")
        # Not in this thread, which starts the parts again: they would end with it.
        Thread(target=sample_run.keep_trying, args=(installation.addresses, progress), daemon=True).start()
        stack.stay_up(installation.parts)


@main.command()
@as_json_option
def demo(*, as_json: bool) -> None:
    """Lleva la noticia de muestra hasta las cuatro redes, una sola vez, y dice dónde quedó."""
    progress = Progress()
    with stack.up(progress) as addresses:
        from pregonero.demo import scenario  # noqa: PLC0415

        result = scenario.publish_sample(addresses, progress)
        scenario.check_posts(result)
        print_result(result.as_dict(), scenario.summary(addresses, result), as_json=as_json)
    sys.exit(0 if result.is_complete else 1)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Dirección en la que escucha.")
@click.option("--port", default=stack.WEB_PORT, show_default=True, help="Puerto en el que escucha.")
@click.option("--processes", default=1, show_default=True, help="Procesos que atienden.")
def web(*, host: str, port: int, processes: int) -> None:
    """Atiende las páginas. Detrás de un proxy con HTTPS, cuantos procesos hagan falta."""
    check_history()
    from granian import Granian  # noqa: PLC0415  only this command needs it
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        "pregonero.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=stack.WEB_THREADS,
        log_enabled=environment.flag("PREGONERO_DEBUG", default=False),
        respawn_failed_workers=True,
        workers_kill_timeout=END_SECONDS,
    ).serve(target_loader=_load_in_child)


def _load_in_child(_target: str) -> Any:
    """Return the application, in a child process of Granian.

    The child inherits Granian's signal handlers, which wake a loop that only the parent runs: until Granian sets the
    child's own, SIGTERM would have no effect. SIGKILL, because no other process stops a child whose parent was killed.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    signal_with_parent(signal.SIGKILL)
    from pregonero.wsgi import application  # noqa: PLC0415  only the children load it

    return application


@main.command()
@click.option(
    "--pool",
    "pools",
    multiple=True,
    help="Solo este grupo: dispatch, sending, preparing, reading, conversion o live. Se puede repetir.",
)
def worker(*, pools: tuple[str, ...]) -> None:
    """Hace los trabajos: leer fuentes, preparar, enviar, confirmar, proteger registros."""
    check_history()
    stack.set_up()
    from pregonero.worker import POOLS, work  # noqa: PLC0415

    unknown = set(pools) - set(POOLS)
    if unknown:
        raise click.BadParameter(f"no hay un grupo «{', '.join(sorted(unknown))}».", param_hint="--pool")
    Thread(target=_warm_up, name="warm", daemon=True).start()
    work(pools=pools or POOLS)


def _warm_up() -> None:
    """Import the networks' SDKs before the first calls, and exclude all loaded objects from garbage collection.

    A collection over all of them stops every thread for a tenth of a second.
    """
    from pregonero.networks.registry import import_sdks  # noqa: PLC0415

    import_sdks()
    gc.collect()
    gc.freeze()


@main.command()
@click.option("--port", default=stack.LAB_PORT, show_default=True, help="Puerto; 0 escoge uno libre.")
def lab(*, port: int) -> None:
    """Levanta solo el laboratorio: las cuatro redes y el sitio de muestra, en este equipo."""
    folder = str(stack.lab_folder())
    command = [sys.executable, "-m", "lab", "--port", str(port), "--data", folder, "--demo"]
    os.execve(sys.executable, command, plain_environment())  # noqa: S606


@main.command()
def migrate() -> None:
    """Pone al día las tablas de la base de datos y los archivos de las páginas."""
    with stack.database():
        stack.prepare_database()
        click.echo("La base de datos está al día.")


@main.command()
@click.option("--entity", "slug", default="", help="Solo los registros de esta entidad.")
@click.option("--head", default="", help="Cabeza anotada antes: debe seguir en la cadena.")
@as_json_option
def verify(*, slug: str, head: str, as_json: bool) -> None:
    """Comprueba que los registros están completos y como se guardaron.

    Rehace cada huella, cada raíz y cada cabeza de la cadena. Termina con 0 si todo coincide, y con 1 si algo no
    coincide: entonces dice qué es lo primero que falla.
    """
    with stack.database():
        stack.set_up()
        from pregonero.people.queries import get_entity  # noqa: PLC0415
        from pregonero.records.commands import report  # noqa: PLC0415

        entity_id = get_entity(slug=slug).pk if slug else None
        code = report(entity_id=entity_id, noted_head=head, as_json=as_json)
    sys.exit(code)


@main.command()
@click.option("--requeue", is_flag=True, help="Reconstruye la cola a partir de la tabla de envíos.")
@as_json_option
def doctor(*, requeue: bool, as_json: bool) -> None:
    """Revisa la instalación: qué está bien, qué falta y qué hacer."""
    with stack.database():
        stack.set_up()
        from pregonero.health.report import installation_report  # noqa: PLC0415
        from pregonero.outbox.health_checks import rebuild_queue  # noqa: PLC0415

        report = installation_report([rebuild_queue()] if requeue else [])
    print_result(report.as_dict(), report.text, as_json=as_json)
    sys.exit(0 if report.ok else 1)


@main.command("inspect")
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--network", default="", help="Red que lo recibiría: x, facebook, instagram, youtube, bluesky o mastodon."
)
@click.option("--reel", "is_reel", is_flag=True, help="Como reel, en la red que los tiene aparte.")
@as_json_option
def inspect_file(*, file: Path, network: str, is_reel: bool, as_json: bool) -> None:
    """Dice qué es una imagen, un video o unos subtítulos, qué diría de ellos una red y cómo quedarían arreglados.

    No guarda nada ni usa la base de datos. Termina con 0 si la red lo recibe como está, y con 1 si no.
    """
    with tempfile.TemporaryDirectory(prefix="pregonero-inspect-") as folder:
        os.environ["PREGONERO_DATA"] = folder
        embedded_postgres.data_folder.cache_clear()
        stack.set_up()
        from pregonero.networks.commands import report  # noqa: PLC0415
        from pregonero.networks.registry import NETWORKS  # noqa: PLC0415

        if network and network not in NETWORKS:
            raise click.BadParameter(f"no hay una red «{network}»: {', '.join(NETWORKS)}.", param_hint="--network")
        code = report(path=file, network=network, is_reel=is_reel, as_json=as_json)
    sys.exit(code)


@main.command()
@click.argument("address", metavar="DIRECCIÓN")
@click.option("--kind", type=click.Choice(("feed", "listing", "page")), help="Qué es; sin esto, se reconoce.")
@click.option(
    "--selector",
    "selectors",
    multiple=True,
    metavar="PARTE=CSS",
    help="De una página de noticias: item=div.c, title=h3, link, date, summary o picture. Se puede repetir.",
)
@click.option("--loopback", is_flag=True, help="Permite direcciones de este mismo equipo.")
@as_json_option
def read(*, address: str, kind: str | None, selectors: tuple[str, ...], loopback: bool, as_json: bool) -> None:
    """Dice qué lee Pregonero en una dirección: una fuente RSS o Atom, una página de noticias o una noticia.

    No guarda nada ni usa la base de datos. Termina con 0 si se pudo leer, y con 1 si no: entonces dice por qué.
    """
    os.environ.setdefault("DATABASE_URL", "postgresql:///pregonero")
    stack.set_up()
    from pregonero.newsroom.trial import read_address, selectors_from, text_of  # noqa: PLC0415

    try:
        chosen = selectors_from(selectors)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--selector") from error
    report = read_address(address, kind=kind or "", selectors=chosen, loopback=loopback)
    print_result(report, text_of(report), as_json=as_json)
    sys.exit(0 if report["outcome"] == "read" else 1)


@main.group()
def keys() -> None:
    """Las llaves con que se guardan las credenciales de las cuentas."""


@keys.command("rotate")
@as_json_option
def rotate_keys(*, as_json: bool) -> None:
    """Crea una llave nueva y vuelve a guardar con ella todas las credenciales: todas o ninguna."""
    with stack.database():
        stack.set_up()
        from pregonero import key_rotation  # noqa: PLC0415

        rotation = key_rotation.rotate()
    print_result(vars(rotation), rotation.sentence, as_json=as_json)
    sys.exit(0 if rotation.ok else 1)


@main.group()
def moderation() -> None:
    """Moderación: cuánto acierta una lista de palabras."""


@moderation.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ARCHIVO")
@click.option(
    "--list",
    "list_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="La lista, en CSV; si falta, la inicial para Colombia.",
)
@as_json_option
def moderation_evaluate(*, file: Path, list_file: Path | None, as_json: bool) -> None:
    """Dice qué encuentra y qué deja pasar una lista en ARCHIVO, una tabla de textos con su rótulo."""
    from pregonero.errors import Refused  # noqa: PLC0415
    from pregonero.moderation.commands import evaluation_of  # noqa: PLC0415

    try:
        evaluation = evaluation_of(file, list_file)
    except Refused as error:
        raise click.ClickException(error.message) from error
    print_result(evaluation.as_dict(), "\n".join(evaluation.lines()), as_json=as_json)
