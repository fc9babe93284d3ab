from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "pregonero.ui"
    label = "ui"
    verbose_name = "Interfaz"
