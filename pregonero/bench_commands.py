"""The commands that measure: against a peer, against an upper bound, or small sizes against large ones."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pregonero import embedded_postgres, stack
from pregonero.cli_output import Group, as_json_option, print_result


@click.group(cls=Group)
def bench() -> None:
    """Mide, en una sola corrida, frente a un par y frente al límite."""


@bench.command("deliveries")
@click.option("--n", "count", default=5000, show_default=True, help="Envíos para el mismo minuto.")
@click.option(
    "--accounts", type=click.IntRange(min=1), default=1, show_default=True, help="Cuentas entre las que se reparten."
)
@click.option(
    "--workers", type=click.Choice(("1", "2", "1,2")), default="1,2", show_default=True, help="Trabajadores a la vez."
)
@as_json_option
def bench_deliveries(*, count: int, accounts: int, workers: str, as_json: bool) -> None:
    """Mide cuántos envíos salen por segundo, y qué tan tarde, todos programados para el mismo minuto."""
    if not (embedded_postgres.ROOT / ".venv-bench").exists():
        raise click.ClickException("Falta el par de la medición: ejecuta «make bench».")
    with _bench_database():
        from bench.deliveries import measure  # noqa: PLC0415

        numbers = tuple(int(number) for number in workers.split(","))
        report = measure(count, accounts=accounts, workers=numbers)
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)


@bench.command("conversations")
@click.option(
    "--sizes", default="100,10000,200000", show_default=True, help="Cuántas conversaciones, y mensajes de un hilo."
)
@as_json_option
def bench_conversations(*, sizes: str, as_json: bool) -> None:
    """Mide cuánto tardan la lista de conversaciones y un hilo con pocas y con muchas, y cuántas consultas hacen."""
    numbers = tuple(int(number) for number in sizes.split(",") if number.strip().isdecimal())
    if not numbers or min(numbers) < 20:  # noqa: PLR2004  conversations
        raise click.ClickException("Escribe los tamaños separados por comas, desde 20: 100,10000.")
    with _bench_database():
        from bench.conversations import measure  # noqa: PLC0415

        report = measure(numbers)
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)
    sys.exit(0 if report.is_constant else 1)


@bench.command("calendar")
@click.option("--sizes", default="100,10000,200000", show_default=True, help="Cuántas publicaciones.")
@as_json_option
def bench_calendar(*, sizes: str, as_json: bool) -> None:
    """Mide cuánto tardan la parrilla y «proponer una hora» con pocas y con muchas publicaciones, y sus consultas."""
    numbers = tuple(int(number) for number in sizes.split(",") if number.strip().isdecimal())
    if not numbers or min(numbers) < 100:  # noqa: PLR2004  publications
        raise click.ClickException("Escribe los tamaños separados por comas, desde 100: 100,10000.")
    with _bench_database():
        from bench.calendar import is_fast, measure  # noqa: PLC0415

        report = measure(numbers)
        is_good = is_fast(report)
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)
    sys.exit(0 if is_good else 1)


@bench.command("arrivals")
@click.option("--n", "count", type=click.IntRange(min=500), default=100_000, show_default=True, help="Comentarios.")
@as_json_option
def bench_arrivals(*, count: int, as_json: bool) -> None:
    """Mide cuánto tarda el receptor de avisos en responder, y cuántos comentarios por segundo se guardan."""
    with _bench_database():
        from bench.arrivals import measure  # noqa: PLC0415

        report = measure(count)
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)
    sys.exit(1 if report.lost else 0)


@contextmanager
def _bench_database() -> Iterator[None]:
    """Run a database of its own for the time of a measurement."""
    with tempfile.TemporaryDirectory(prefix="pregonero-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        os.environ["PREGONERO_DATA"] = folder
        embedded_postgres.data_folder.cache_clear()
        with stack.database():
            stack.prepare_database()
            yield


@bench.command("moderation")
@click.option("--n", "count", type=click.IntRange(min=100), default=20_000, show_default=True, help="Comentarios.")
@as_json_option
def bench_moderation(*, count: int, as_json: bool) -> None:
    """Mide cuántos comentarios por segundo se revisan con una lista de 5.000 términos."""
    from bench.moderation import measure  # noqa: PLC0415

    report = measure(count)
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)


@bench.command("questions")
@as_json_option
def bench_questions(*, as_json: bool) -> None:
    """Mide qué tanto acierta el sistema con lo que pide un mensaje, en las frases de las que no aprendió."""
    os.environ.setdefault("DATABASE_URL", "postgresql:///pregonero")
    stack.set_up()
    from bench.questions import measure  # noqa: PLC0415

    report = measure()
    print_result(report.as_dict(), "\n".join(report.lines()), as_json=as_json)
