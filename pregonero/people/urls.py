"""The URLs of the session, of the members of the entity, and of acts recorded on behalf of others,
and of each person's own security."""

from django.urls import path

from pregonero.people.on_behalf import views as on_behalf
from pregonero.people.security import session_views as sessions
from pregonero.people.security import token_views as tokens
from pregonero.people.security import views as security
from pregonero.people.views import members, session

app_name = "people"
urlpatterns = [
    path("entidad/", session.choose_entity, name="choose_entity"),
    path("sesion/", session.session, name="session"),
    path("sesion/lista/", session.signed_in, name="signed_in"),
    path("personas/", members.people, name="members"),
    path("personas/nueva/", members.add, name="add_member"),
    path("personas/<int:pk>/", members.person, name="member"),
    path("personas/<int:pk>/edicion/", members.edit, name="edit_member"),
    path("personas/<int:pk>/reemplazo/", members.name_stand_in, name="name_stand_in"),
    path("personas/reemplazos/<int:pk>/fin/", members.end_stand_in, name="end_stand_in"),
    path("mi-seguridad/", security.security, name="security"),
    path("mi-seguridad/activar/", security.enrol, name="enrol"),
    path("mi-seguridad/aplicacion/nueva/", security.start_code_app, name="start_code_app"),
    path("mi-seguridad/aplicacion/", security.code_app, name="code_app"),
    path("mi-seguridad/aplicacion/retiro/", security.remove_code_app, name="remove_code_app"),
    path("mi-seguridad/codigos/", security.recovery_codes, name="recovery_codes"),
    path("mi-seguridad/sesiones/cierre/", sessions.end_other_sessions, name="end_other_sessions"),
    path("mi-seguridad/sesiones/<int:pk>/cierre/", sessions.end_session, name="end_session"),
    path("mi-seguridad/tokens/nuevo/", tokens.make_token, name="make_token"),
    path("mi-seguridad/tokens/<int:pk>/retiro/", tokens.revoke_token, name="revoke_token"),
    path("personas/<int:pk>/segundo-paso/", sessions.ask_reset, name="ask_reset"),
    path("personas/segundo-paso/<int:pk>/retiro/", sessions.confirm_reset, name="confirm_reset"),
    path("personas/segundo-paso/<int:pk>/negativa/", sessions.refuse_reset, name="refuse_reset"),
    path("actos/", on_behalf.acts, name="acts"),
    path("actos/nuevo/", on_behalf.record, name="record_act"),
    path("actos/<int:pk>/confirmacion/", on_behalf.confirm, name="confirm_act"),
    path("actos/<int:pk>/desacuerdo/", on_behalf.dispute, name="dispute_act"),
    path("actos/<int:pk>/archivo/", on_behalf.proof_file, name="act_file"),
]
