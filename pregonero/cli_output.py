"""What commands share: their usage in Spanish, and what they print: words, or one JSON object with `--json`."""

import json
from typing import Any

import click


class Command(click.Command):
    """A command whose usage line is in Spanish; click does not translate that part."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[OPCIONES]", **kwargs})


class Group(Command, click.Group):
    """A group of commands whose usage line is in Spanish."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "COMANDO [OPCIONES]…", **kwargs})


as_json_option = click.option("--json", "as_json", is_flag=True, help="Imprime un solo objeto JSON.")


def print_result(data: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print the words of a result, or its data."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)
