from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "pregonero.newsroom"
    label = "newsroom"
    verbose_name = "Noticias"
