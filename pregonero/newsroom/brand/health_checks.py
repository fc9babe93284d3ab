"""Check of the servers of the manuals: a server that fails keeps its last mirror, and this says so."""

from django.urls import reverse
from django.utils import timezone

from pregonero.health.runner import Area, CheckResult, Detail, Level
from pregonero.newsroom.brand.rules import needs_confirmed_key
from pregonero.newsroom.brand_models import BrandServer


def check_brand_servers(entity_id: int | None) -> CheckResult:
    """Check that every connected server was read at its last time, and that its key was confirmed."""
    servers = BrandServer.objects.filter(disconnected_at__isnull=True).select_related("entity").order_by("pk")
    if entity_id is not None:
        servers = servers.filter(entity_id=entity_id)
    details = tuple(
        Detail(server.entity.short_name, why, reverse("newsroom:brand_server"))
        for server in servers
        if (why := _problem(server))
    )
    if not details:
        sentence = "Manual de identidad al día." if servers else "Manual de identidad sin conectar."
        return CheckResult("brand", Area.SERVER, Level.GOOD, sentence)
    sentence = "El manual de identidad no se puede leer: se usa lo último que se leyó."
    return CheckResult("brand", Area.SERVER, Level.REVIEW, sentence, "Abre la conexión y pruébala.", details)


def _problem(server: BrandServer) -> str:
    if needs_confirmed_key(server):
        return "Falta confirmar la llave del servidor."
    if not server.problem or server.read_at is None:
        return server.problem
    return f"{server.problem} Lo que hay es del {timezone.localtime(server.read_at):%d/%m/%Y a las %H:%M}."
