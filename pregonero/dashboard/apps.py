from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "pregonero.dashboard"
    label = "dashboard"
    verbose_name = "Hoy"
