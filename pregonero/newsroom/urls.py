"""Addresses of news and sources, and the one that receives the notices of the official website."""

from django.urls import path

from pregonero.newsroom.approvals import views as approvals
from pregonero.newsroom.brand import views as brand
from pregonero.newsroom.campaigns import views as campaigns
from pregonero.newsroom.needs import views as needs
from pregonero.newsroom.pieces import upload_views as piece_uploads
from pregonero.newsroom.pieces import views as pieces
from pregonero.newsroom.views import news, several, sources, webhook

app_name = "newsroom"
urlpatterns = [
    path("noticias/", news.news_list, name="list"),
    path("noticias/informe/", news.inform_link, name="inform_link"),
    path("noticias/informe/vista/", news.preview_link, name="preview_link"),
    path("noticias/informes/", several.inform_several, name="inform_several"),
    path("noticias/descartes/", several.dismiss_several, name="dismiss_several"),
    path("noticias/descartes/deshacer/", several.undo_dismissals, name="undo_dismissals"),
    path("noticias/<int:pk>/", news.news_page, name="news"),
    path("noticias/<int:pk>/informe/", news.inform_news, name="inform_news"),
    path("noticias/<int:pk>/descarte/", news.dismiss_news, name="dismiss_news"),
    path("noticias/<int:pk>/descarte/deshacer/", news.undo_dismissal, name="undo_dismissal"),
    path("noticias/<int:pk>/recibo/", news.receive_news, name="receive_news"),
    path("noticias/fuentes/", sources.sources, name="sources"),
    path("noticias/fuentes/nueva/", sources.register_source, name="register_source"),
    path("noticias/fuentes/prueba/", sources.try_source, name="try_source"),
    path("noticias/fuentes/<int:pk>/retiro/", sources.retire_source, name="retire_source"),
    path("noticias/fuentes/<int:pk>/regla/", sources.sign_rule, name="sign_rule"),
    path("noticias/fuentes/<int:pk>/regla/fin/", sources.revoke_rule, name="revoke_rule"),
    path("necesidades/", needs.needs, name="needs"),
    path("necesidades/nueva/", needs.ask, name="ask_need"),
    path("necesidades/<int:pk>/", needs.need_page, name="need"),
    path("necesidades/<int:pk>/decision/", needs.decide, name="decide_need"),
    path("necesidades/<int:pk>/noticia/", needs.tie_news, name="tie_need_news"),
    path("necesidades/archivos/<int:pk>/", needs.need_file, name="need_file"),
    path("necesidades/<int:pk>/campana/", campaigns.gather_need, name="gather_need"),
    path("campanas/", campaigns.campaigns, name="campaigns"),
    path("campanas/nueva/", campaigns.open_campaign, name="open_campaign"),
    path("campanas/<int:pk>/", campaigns.campaign_page, name="campaign"),
    path("campanas/<int:pk>/cambio/", campaigns.change_campaign, name="change_campaign"),
    path("campanas/<int:pk>/noticia/", campaigns.gather_news, name="gather_news"),
    path("campanas/<int:pk>/<slug:kind>/<int:thing>/fuera/", campaigns.take_out, name="take_out_of_campaign"),
    path("piezas/", pieces.pieces, name="pieces"),
    path("piezas/nueva/", piece_uploads.create, name="create_piece"),
    path("piezas/<int:pk>/", pieces.piece_page, name="piece"),
    path("piezas/<int:pk>/version/", piece_uploads.add_version, name="add_piece_version"),
    path("piezas/<int:pk>/comparacion/", pieces.compare, name="compare_piece"),
    path("piezas/<int:pk>/retiro/", pieces.withdraw, name="withdraw_piece"),
    path("piezas/<int:pk>/notas/", pieces.write_note, name="write_piece_note"),
    path("piezas/notas/<int:pk>/resuelta/", pieces.resolve_note, name="resolve_piece_note"),
    path("piezas/<int:pk>/aprobacion/", approvals.approval, name="approval"),
    path("piezas/<int:pk>/aprobacion/si/", approvals.approve, name="approve_piece"),
    path("piezas/<int:pk>/aprobacion/acto/", approvals.record_approval, name="record_approval"),
    path("piezas/<int:pk>/aprobacion/urgente/", approvals.ask_urgent, name="ask_urgent"),
    path("piezas/<int:pk>/aprobacion/urgente/firma/", approvals.sign_urgent, name="sign_urgent"),
    path("piezas/<int:pk>/devolucion/", approvals.send_back, name="send_back_piece"),
    path("piezas/<int:pk>/envio/", approvals.send_piece, name="send_piece"),
    path("piezas/<int:pk>/recibo/", approvals.receive, name="receive_piece"),
    path("piezas/<int:pk>/invitados/", approvals.invite_guest, name="invite_guest"),
    path("piezas/invitados/<int:pk>/fin/", approvals.close_guest_link, name="close_guest_link"),
    path("piezas/aprobar/<str:token>/", approvals.phone_approval, name="phone_approval"),
    path("avisos/<int:pk>/", webhook.receive_notice, name="notice"),
    path("marca/", brand.brand, name="brand"),
    path("marca/lectura/", brand.read_brand_server, name="read_brand_server"),
    path("marca/conexion/", brand.brand_server, name="brand_server"),
    path("marca/conexion/prueba/", brand.try_brand_server, name="try_brand_server"),
    path("marca/conexion/llave/", brand.confirm_brand_key, name="confirm_brand_key"),
    path("marca/conexion/retiro/", brand.disconnect_brand_server, name="disconnect_brand_server"),
    path("marca/archivos/<int:pk>/", brand.brand_file, name="brand_file"),
    path("marca/archivos/<int:pk>/vigencia/", brand.set_brand_validity, name="set_brand_validity"),
    path("marca/versiones/<int:pk>/", brand.brand_version, name="brand_version"),
]
