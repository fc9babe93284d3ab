from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "pregonero.records"
    label = "records"
    verbose_name = "Registros"
