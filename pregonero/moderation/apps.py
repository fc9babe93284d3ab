from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "pregonero.moderation"
    label = "moderation"
    verbose_name = "Moderación"

    def ready(self) -> None:
        """Register moderation as the owner of the operations that hide comments and write word lists."""
        from pregonero.moderation.decision_events import DecisionHandler  # noqa: PLC0415  its models load after the apps
        from pregonero.moderation.list_events import NetworkListHandler  # noqa: PLC0415
        from pregonero.moderation.models import Decision, NetworkListWrite  # noqa: PLC0415
        from pregonero.outbox import subjects  # noqa: PLC0415

        subjects.register(Decision.SUBJECT_KIND, DecisionHandler())
        subjects.register(NetworkListWrite.SUBJECT_KIND, NetworkListHandler())
