from django.apps import AppConfig

from pregonero.health.runner import register_checks


class OutboxConfig(AppConfig):
    name = "pregonero.outbox"
    label = "outbox"
    verbose_name = "Envíos"

    def ready(self) -> None:
        """Register this app's health checks."""
        from pregonero.outbox import health_checks  # noqa: PLC0415  its models load after the apps

        register_checks(*health_checks.CHECKS)
