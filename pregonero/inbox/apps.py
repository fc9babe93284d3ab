from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "pregonero.inbox"
    label = "inbox"
    verbose_name = "Conversación"

    def ready(self) -> None:
        """Register the inbox as the owner of the operations that send its answers, and its health checks."""
        from pregonero.health.runner import register_checks  # noqa: PLC0415
        from pregonero.inbox import (  # noqa: PLC0415  its models load after the apps
            campaign_figures,
            health_checks,
            rectification_origin,
        )
        from pregonero.inbox.answer_events import AnswerHandler  # noqa: PLC0415  its models load after the apps
        from pregonero.inbox.models import Answer  # noqa: PLC0415
        from pregonero.newsroom.campaigns import figures  # noqa: PLC0415
        from pregonero.outbox import subjects  # noqa: PLC0415
        from pregonero.publishing.rectification import origins  # noqa: PLC0415

        subjects.register(Answer.SUBJECT_KIND, AnswerHandler())
        origins.register(rectification_origin.KIND, rectification_origin.conversation_origin)
        figures.register(campaign_figures.figures_of)
        register_checks(*health_checks.CHECKS)
