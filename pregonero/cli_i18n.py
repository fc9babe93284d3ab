"""click's help, in Spanish: its headings are English words that its formatter writes."""

from typing import Any

import click

HEADINGS = {"Options": "Opciones", "Commands": "Comandos", "Arguments": "Argumentos"}


class SpanishFormatter(click.HelpFormatter):
    """Writes the headings of a help page in Spanish."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(
            prog, args.replace("[OPTIONS]", "[OPCIONES]").replace("COMMAND", "COMANDO"), prefix or "Uso: "
        )

    def write_heading(self, heading: str) -> None:
        """Write a section's title."""
        super().write_heading(HEADINGS.get(heading, heading))


class SpanishContext(click.Context):
    """Gives the Spanish formatter to its commands."""

    formatter_class = SpanishFormatter


class SpanishCommand(click.Command):
    """A command whose whole help is Spanish."""

    context_class = SpanishContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help`, described in Spanish."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Muestra esta ayuda."
        return option


class SpanishGroup(SpanishCommand, click.Group):
    """A group of such commands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subcommand_metavar = "COMANDO [OPCIONES]…"
