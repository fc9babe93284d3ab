from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "pregonero.media"
    label = "media"
    verbose_name = "Archivos"
