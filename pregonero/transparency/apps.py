from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    name = "pregonero.transparency"
    label = "transparency"
    verbose_name = "Transparencia"
