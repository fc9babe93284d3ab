"""What `make run` prints: where everything is, and who can sign in."""

import click

from pregonero.demo.scenario import Result
from pregonero.demo.seed import PEOPLE, SLUG, password
from pregonero.stack import Addresses, logs_folder


def say(addresses: Addresses, result: Result) -> None:
    """Print the addresses, the posts and the people."""
    lines = ["", f"Pregonero    {addresses.web}", f"Laboratorio  {addresses.lab}", ""]
    lines += ["La noticia de muestra quedó en:"]
    lines += [f"  {network:<10} {url}" for network, url in result.posts.items()]
    lines += ["", f"Personas de la demostración (clave: {password()}):"]
    lines += [f"  {first}@{SLUG}.test".ljust(28) + f"{name}, {role.label}" for first, name, role in PEOPLE]
    lines += ["", f"Lo que hace cada parte queda en {logs_folder()}"]
    click.echo("\n".join(lines))
