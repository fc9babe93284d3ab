"""Addresses that anybody reads without signing in."""

from django.urls import path

from pregonero.public import data_views, guest_views, need_views, review_views, site_views, views

app_name = "public"
urlpatterns = [
    path(".well-known/trust.txt", data_views.trust_txt, name="trust_txt"),
    path("publico/", site_views.home, name="home"),
    path("publico/<slug:slug>/", site_views.index, name="index"),
    path("publico/<slug:slug>/publicado.csv", data_views.published_csv, name="published_csv"),
    path("publico/<slug:slug>/publicado.json", data_views.published_json, name="published_json"),
    path("publico/<slug:slug>/publicado.atom", data_views.published_atom, name="published_atom"),
    path("publico/<slug:slug>/catalogo.jsonld", data_views.catalog, name="catalog"),
    path("publico/<slug:slug>/cuentas/", site_views.accounts, name="accounts"),
    path("publico/<slug:slug>/cuentas.csv", data_views.accounts_csv, name="accounts_csv"),
    path("publico/<slug:slug>/cuentas.json", data_views.accounts_json, name="accounts_json"),
    path("publico/<slug:slug>/accounts/verify", site_views.verify_account, name="verify_account"),
    path("publico/<slug:slug>/comprobar/", site_views.check, name="check"),
    path("publico/<slug:slug>/reglas/", views.rules, name="rules"),
    path("publico/<slug:slug>/moderacion/", views.moderation_figures, name="moderation"),
    path("publico/<slug:slug>/moderacion/decisiones.csv", views.statements_csv, name="statements_csv"),
    path("publico/<slug:slug>/moderacion/decisiones.json", views.statements_json, name="statements_json"),
    path("publico/<slug:slug>/moderacion/cifras.csv", views.figures_csv, name="figures_csv"),
    path("publico/<slug:slug>/moderacion/cifras.json", views.figures_json, name="figures_json"),
    path("publico/<slug:slug>/reglas/<int:number>/", views.rules_version, name="rules_version"),
    path("publico/<slug:slug>/necesidades/", need_views.ask, name="ask_need"),
    path("publico/<slug:slug>/necesidades/<str:code>/", need_views.asked, name="asked_need"),
    path("publico/<slug:slug>/piezas/<str:code>/", guest_views.piece, name="guest_piece"),
    path("publico/<slug:slug>/piezas/<str:code>/acuerdo/", guest_views.agree, name="guest_agree"),
    path("publico/<slug:slug>/piezas/<str:code>/archivo/", guest_views.file, name="guest_file"),
    path("publico/<slug:slug>/revision/", review_views.review, name="review"),
]
