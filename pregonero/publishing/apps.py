from django.apps import AppConfig

from pregonero.health.runner import register_checks


class PublishingConfig(AppConfig):
    name = "pregonero.publishing"
    label = "publishing"
    verbose_name = "Publicación"

    def ready(self) -> None:
        """Register this app's health checks."""
        from pregonero.publishing import health_checks  # noqa: PLC0415  its models load after the apps

        register_checks(*health_checks.CHECKS)
