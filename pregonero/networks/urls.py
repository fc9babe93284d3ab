"""Where the accounts are registered, connected and tried."""

from django.urls import path

from pregonero.networks.views import connection, register

app_name = "networks"
urlpatterns = [
    path("cuentas/", register.accounts, name="accounts"),
    path("cuentas/nueva/", register.add, name="add"),
    path("cuentas/autorizacion/", connection.returned, name="returned"),
    path("cuentas/<int:pk>/", register.account, name="account"),
    path("cuentas/<int:pk>/registro/", register.edit, name="edit"),
    path("cuentas/<int:pk>/pausa/", register.pause, name="pause"),
    path("cuentas/<int:pk>/reanudacion/", register.resume, name="resume"),
    path("cuentas/<int:pk>/retiro/", register.retire, name="retire"),
    path("cuentas/<int:pk>/administradores/", register.name_administrator, name="name_administrator"),
    path("cuentas/administradores/<int:pk>/", register.end_administrator, name="end_administrator"),
    path("cuentas/<int:pk>/enlace/", register.place_link, name="place_link"),
    path("cuentas/<int:pk>/prueba/", connection.try_out, name="try_out"),
    path("cuentas/<int:pk>/aplicacion/", connection.application, name="application"),
    path("cuentas/<int:pk>/conexion/", connection.connect, name="connect"),
    path("cuentas/<int:pk>/desconexion/", connection.disconnect, name="disconnect"),
]
