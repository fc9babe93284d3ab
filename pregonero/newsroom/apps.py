from django.apps import AppConfig

from pregonero.health.runner import register_checks


class NewsroomConfig(AppConfig):
    name = "pregonero.newsroom"
    label = "newsroom"
    verbose_name = "Noticias"

    def ready(self) -> None:
        """Register this app's health checks."""
        from pregonero.newsroom.brand import health_checks  # noqa: PLC0415  its models load after the apps

        register_checks(health_checks.check_brand_servers)
