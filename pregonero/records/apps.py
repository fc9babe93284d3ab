from django.apps import AppConfig

from pregonero.health.runner import register_checks


class RecordsConfig(AppConfig):
    name = "pregonero.records"
    label = "records"
    verbose_name = "Registros"

    def ready(self) -> None:
        """Register this app's health checks."""
        from pregonero.records import health_checks  # noqa: PLC0415  its models load after the apps

        register_checks(*health_checks.CHECKS)
