from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "pregonero.reports"
    label = "reports"
    verbose_name = "Transparencia"
