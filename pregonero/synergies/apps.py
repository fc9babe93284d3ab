from django.apps import AppConfig


class SynergiesConfig(AppConfig):
    name = "pregonero.synergies"
    label = "synergies"
    verbose_name = "Sinergias"

    def ready(self) -> None:
        """Register synergies as a source of publications (N-1, S-1)."""
        from pregonero.publishing import sources  # noqa: PLC0415  its models load after the apps
        from pregonero.synergies import synergy_source  # noqa: PLC0415

        sources.register(synergy_source.KIND, synergy_source.SynergyLoader())
