from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "pregonero.publishing"
    label = "publishing"
    verbose_name = "Publicación"
