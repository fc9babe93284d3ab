"""The manual of visual identity that the attacks aim at: a server that nobody may reach, and a template of it."""

from datetime import datetime

from pregonero.media.store import incoming_file, store_opaque
from pregonero.newsroom.brand.actions import ServerPlan, save_reading, save_server
from pregonero.newsroom.brand.mirror import Content, Reading
from pregonero.people.models import Member

TEMPLATE = "Plantillas/Pieza.txt"


def make_brand(coordinator: Member, now: datetime) -> None:
    """Connect a server in a private network, as if it had brought a template before."""
    plan = ServerPlan("SFTP", "10.0.0.7", 22, "marca", password="clave-del-manual-de-marca")
    server = save_server(plan=plan, by=coordinator, now=now)
    with incoming_file() as output:
        output.write(b"plantilla")
        sha256, stored, size = store_opaque(output)
    content = Content(sha256, stored, size, "1", "DOWNLOAD", "un archivo", "")
    save_reading(server=server, reading=Reading({TEMPLATE: content}, {TEMPLATE}), now=now)
