from django.apps import AppConfig


class ControlsConfig(AppConfig):
    name = "pregonero.controls"
    label = "controls"
    verbose_name = "Controles"
