from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "pregonero.moderation"
    label = "moderation"
    verbose_name = "Moderación"

    def ready(self) -> None:
        """Register moderation as the owner of the operations that hide comments."""
        from pregonero.moderation.decision_events import DecisionHandler  # noqa: PLC0415  its models load after the apps
        from pregonero.moderation.models import Decision  # noqa: PLC0415
        from pregonero.outbox import subjects  # noqa: PLC0415

        subjects.register(Decision.SUBJECT_KIND, DecisionHandler())
