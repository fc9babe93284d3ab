"""The URLs of a publication's expediente, of the records that leave and of the exports."""

from django.urls import path

from pregonero.reports.views import expediente, expediente_files, exports, records

app_name = "reports"
urlpatterns = [
    path("publicaciones/<int:pk>/", expediente.expediente, name="expediente"),
    path("publicaciones/<int:pk>/expediente.pdf", expediente_files.as_pdf, name="expediente_pdf"),
    path("publicaciones/<int:pk>/prueba.jsonl", expediente_files.proof, name="expediente_proof"),
    path("exportar/", exports.exports, name="exports"),
    path("exportar/<int:pk>/archivo/", exports.export_file, name="export_file"),
    path("registros/", records.records, name="records"),
    path("registros/punto/", records.checkpoint, name="checkpoint"),
    path("registros/archivo/", records.export, name="export_records"),
    path("registros/puntos/<int:pk>/", records.note, name="checkpoint_note"),
    path("registros/comprobador/", records.checker, name="checker"),
    path("registros/correo/", records.recipient, name="recipient"),
    path("registros/correo/<int:pk>/quitar/", records.end_recipient, name="end_recipient"),
    path("registros/hora/", records.authority, name="authority"),
    path("registros/hora/<int:pk>/quitar/", records.end_authority, name="end_authority"),
]
