from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "pregonero.moderation"
    label = "moderation"
    verbose_name = "Moderación"
