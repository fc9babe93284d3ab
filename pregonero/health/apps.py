from django.apps import AppConfig

from pregonero.health.runner import register_checks


class HealthConfig(AppConfig):
    name = "pregonero.health"
    label = "health"
    verbose_name = "Estado del sistema"

    def ready(self) -> None:
        """Register the checks of the machine."""
        from pregonero.health import system  # noqa: PLC0415  its models load after the apps

        register_checks(*system.CHECKS)
