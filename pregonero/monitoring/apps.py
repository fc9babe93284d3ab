from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "pregonero.monitoring"
    label = "monitoring"
    verbose_name = "Temas"

    def ready(self) -> None:
        """Register decisions on topics as a source of publications (N-1, T-3)."""
        from pregonero.monitoring import topic_source  # noqa: PLC0415  its models load after the apps
        from pregonero.publishing import sources  # noqa: PLC0415

        sources.register(topic_source.KIND, topic_source.DecisionLoader())
