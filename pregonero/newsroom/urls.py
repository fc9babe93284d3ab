"""The room "Noticias", and where the official website sends its notices."""

from django.urls import path

from pregonero.newsroom import views

app_name = "newsroom"
urlpatterns = [
    path("noticias/", views.news_list, name="list"),
    path("noticias/informe/", views.inform_link, name="inform_link"),
    path("noticias/informe/vista/", views.preview_link, name="preview_link"),
    path("noticias/<int:pk>/", views.news_page, name="news"),
    path("noticias/<int:pk>/informe/", views.inform_news, name="inform_news"),
    path("noticias/<int:pk>/descarte/", views.dismiss_news, name="dismiss_news"),
    path("noticias/<int:pk>/recibo/", views.receive_news, name="receive_news"),
    path("noticias/fuentes/", views.sources, name="sources"),
    path("noticias/fuentes/nueva/", views.register_source, name="register_source"),
    path("noticias/fuentes/prueba/", views.try_source, name="try_source"),
    path("noticias/fuentes/<int:pk>/retiro/", views.retire_source, name="retire_source"),
    path("noticias/fuentes/<int:pk>/regla/", views.sign_rule, name="sign_rule"),
    path("noticias/fuentes/<int:pk>/regla/fin/", views.revoke_rule, name="revoke_rule"),
    path("avisos/<int:pk>/", views.take_notice, name="notice"),
]
