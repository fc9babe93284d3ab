"""Generates docs/tablas.md from the code: permissions, event types and commands."""

import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tablas.md"
HEAD = """# Tablas

Salen del código (`make fix`); `make check` avisa si no están al día.
"""


def check() -> list[str]:
    """Return a problem if the page is outdated, and one for each undocumented setting."""
    behind = [] if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page() else ["tablas.md: falta rehacerla"]
    return behind + [f"docs/operacion.md no explica {name}" for name in _undocumented()]


def page() -> str:
    """Return the contents of the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pregonero.settings")
    django.setup()
    return "\n".join([HEAD, *_permissions(), "", *_event_types(), "", *_commands()]) + "\n"


def _permissions() -> list[str]:
    from pregonero.people.roles import PERMISSIONS, Role

    lines = ["## Quién puede qué", "", "| Acto | " + " | ".join(role.label for role in Role) + " |"]
    lines.append("|---" * (len(Role) + 1) + "|")
    for name, permission in PERMISSIONS.items():
        marks = ["sí" if role in permission.roles else "" for role in Role]
        lines.append(f"| {permission.description} (`{name}`) | " + " | ".join(marks) + " |")
    return lines


def _event_types() -> list[str]:
    from pregonero.records.event_types import EVENT_TYPES

    lines = ["## Qué deja registro", "", "| Tipo | En la pantalla |", "|---|---|"]
    return lines + [f"| `{name}` | {words} |" for name, words in EVENT_TYPES.items()]


def _commands() -> list[str]:
    from pregonero.cli import main

    lines = ["## Comandos", "", "| Comando | Qué hace |", "|---|---|"]
    return lines + [
        f"| `pregonero {name}` | {(command.help or '').splitlines()[0]} |" for name, command in main.commands.items()
    ]


def _undocumented() -> list[str]:
    import re

    source = (ROOT / "pregonero" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"((?:PREGONERO_|DATABASE_)[A-Z_]+)"', source))
    explained = (ROOT / "docs" / "operacion.md").read_text(encoding="utf-8")
    short = {name for name in names if name.removeprefix("PREGONERO_EMAIL") in explained}
    return sorted(name for name in names - short if name not in explained)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
