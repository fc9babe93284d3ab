from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "pregonero.public"
    label = "public"
    verbose_name = "Sitio público"
