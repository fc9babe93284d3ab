"""Addresses of the register of controls, its checks, exceptions and findings."""

from django.urls import path

from pregonero.controls.views import access, departures, devices, evidence, exports, findings, incidents, register

app_name = "controls"
urlpatterns = [
    path("seguridad/", register.matrix_page, name="matrix"),
    path("seguridad/controles/nuevo/", register.add, name="add"),
    path("seguridad/controles/<int:pk>/", register.control_page, name="control"),
    path("seguridad/controles/<int:pk>/edicion/", register.edit, name="edit"),
    path("seguridad/controles/<int:pk>/retiro/", register.retire, name="retire"),
    path("seguridad/controles/<int:pk>/cuentas/<int:account>/revision/", register.check, name="check"),
    path("seguridad/controles/<int:pk>/cuentas/<int:account>/excepcion/", register.exception, name="exception"),
    path("seguridad/controles/<int:pk>/cuentas/<int:account>/fin/", register.end_exception, name="end_exception"),
    path("seguridad/controles/<int:pk>/cuentas/<int:account>/dispositivos/", devices.review, name="devices"),
    path("seguridad/conocidos/", devices.known, name="known"),
    path("seguridad/conocidos/<int:pk>/retiro/", devices.remove_known, name="remove_known"),
    path("seguridad/accesos/", access.review, name="access"),
    path("seguridad/accesos/<int:pk>/<str:remote_id>/", access.link, name="administrator"),
    path("personas/<int:pk>/salida/", departures.departure, name="departure"),
    path("personas/<int:pk>/salida/<int:step>/", departures.step, name="departure_step"),
    path("personas/<int:pk>/salida/cierre/", departures.close, name="close_departure"),
    path("seguridad/medidas/", register.measures, name="measures"),
    path("seguridad/incidentes/", incidents.incident_list, name="incidents"),
    path("seguridad/incidentes/nuevo/", incidents.report, name="report"),
    path("seguridad/incidentes/<int:pk>/", incidents.incident_page, name="incident"),
    path("seguridad/incidentes/<int:pk>/paso/", incidents.step, name="incident_step"),
    path("seguridad/incidentes/<int:pk>/liberacion/", incidents.release, name="incident_release"),
    path("seguridad/hallazgos/", findings.finding_list, name="findings"),
    path("seguridad/hallazgos/<int:pk>/", findings.finding_page, name="finding"),
    path("seguridad/hallazgos/<int:pk>/cierre/", findings.close, name="close_finding"),
    path("seguridad/revisiones/<int:pk>/prueba/", exports.proof, name="proof"),
    path("seguridad/evidencias/<int:pk>/", evidence.document, name="document"),
    path("seguridad/descarga/<str:name>/", exports.download, name="download"),
]
