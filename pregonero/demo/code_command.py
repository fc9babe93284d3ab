"""`pregonero code`: the code of the second factor of the demonstration's people."""

import os
from datetime import UTC, datetime

import click

from pregonero.errors import Refused


@click.command("code", options_metavar="[OPCIONES]")
def code() -> None:
    """Da el código de este momento del segundo paso, para entrar como las personas de la demostración."""
    os.environ.setdefault("DATABASE_URL", "postgresql:///pregonero")  # it needs none
    from pregonero.demo.second_factor import code_sentence  # noqa: PLC0415

    try:
        click.echo(code_sentence(datetime.now(UTC)))
    except Refused as refusal:
        raise click.ClickException(refusal.message) from refusal
