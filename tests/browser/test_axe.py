"""Every served page passes axe, does not scroll sideways, and causes no browser error (N-6)."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SampleInstallation
from tests.browser.windows import DESKTOP, PHONE, BrowserUser, Windows
from tests.ui.browser import SMALL_TARGETS, faults_of

pytestmark = pytest.mark.procedure("N-6")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Name of the page: who opens it, and its path.
PAGES = {
    "Hoy": ("beto", "/"),
    "Hoy, de quien informa": ("luis", "/"),
    "Avisos": ("beto", "/avisos/"),
    "Noticias por informar": ("luis", "/noticias/"),
    "Noticias informadas": ("luis", "/noticias/?estado=informadas"),
    "Noticias descartadas": ("luis", "/noticias/?estado=descartadas"),
    "Noticia candidata": ("luis", "/noticias/{news[candidata]}/"),
    "Noticia informada": ("beto", "/noticias/{news[exportaciones]}/"),
    "Noticia descartada": ("luis", "/noticias/{news[descartada]}/"),
    "Informar un enlace": ("luis", "/noticias/informe/"),
    "Informar una noticia": ("luis", "/noticias/{news[candidata]}/informe/"),
    "Descartar una noticia": ("luis", "/noticias/{news[candidata]}/descarte/"),
    "Fuentes": ("carmen", "/noticias/fuentes/"),
    "Registrar una fuente": ("carmen", "/noticias/fuentes/nueva/"),
    "Registrar una página de noticias": ("carmen", "/noticias/fuentes/nueva/?clase=LISTING"),
    "Nueva publicación": ("beto", "/publicaciones/nueva/"),
    "Nueva publicación, elegida": ("beto", "/publicaciones/nueva/?fuente=news:{news[productividad]}"),
    "Editor, con algo por resolver": ("beto", "/publicaciones/{publications[certificados]}/editor/"),
    "Editor, listo": ("beto", "/publicaciones/{publications[convocatoria]}/editor/"),
    "Parrilla": ("beto", "/parrilla/"),
    "Parrilla de un día sin nada": ("beto", "/parrilla/2026-11-26/"),
    "Publicaciones": ("beto", "/publicaciones/"),
    "Publicaciones, lo encontrado": ("luis", "/publicaciones/?q=exportar&estado=publicada&desde=2026-11-01"),
    "Publicaciones, nada": ("luis", "/publicaciones/?q=nada&desde=ayer"),
    "Parrilla de la semana": ("beto", "/parrilla/2026-11-24/semana/"),
    "Parrilla del mes": ("beto", "/parrilla/2026-11-24/mes/"),
    "Parrilla en lista": ("beto", "/parrilla/2026-11-24/lista/"),
    "Reglas de la parrilla": ("beto", "/parrilla/reglas/"),
    "La parrilla en otro calendario": ("beto", "/parrilla/suscripcion/"),
    "Horas propuestas": ("beto", "/publicaciones/{publications[certificados]}/propuesta/"),
    "Hacer sitio": ("beto", "/publicaciones/{publications[certificados]}/sitio/?hora=2026-11-24T15:00"),
    "Hashtags": ("beto", "/publicaciones/hashtags/"),
    "Cambiar la hora": ("beto", "/publicaciones/{publications[convocatoria]}/hora/"),
    "Expediente en camino": ("beto", "/publicaciones/{publications[peru]}/"),
    "Expediente programado": ("beto", "/publicaciones/{publications[convocatoria]}/"),
    "Expediente publicado": ("beto", "/publicaciones/{publications[exportaciones]}/"),
    "Expediente con un rechazo": ("beto", "/publicaciones/{publications[rueda]}/"),
    "Expediente que espera una decisión": ("beto", "/publicaciones/{publications[visitantes]}/"),
    "Expediente impreso": ("ana", "/publicaciones/{publications[exportaciones]}/?impresa=1"),
    "Pausar una publicación": ("beto", "/publicaciones/{publications[convocatoria]}/pausa/"),
    "Cancelar una publicación": ("beto", "/publicaciones/{publications[convocatoria]}/cancelacion/"),
    "Decisión, con dos candidatas": ("beto", "/envios/{deliveries[visitantes]}/decision/"),
    "Retirar una publicación": ("ana", "/envios/{deliveries[exportaciones]}/retiro/"),
    "Conversación": ("ana", "/conversacion/"),
    "Conversación, respondidas": ("ana", "/conversacion/?estado=respondidas"),
    "Conversación por confirmar": ("ana", "/conversacion/{conversations[fecha]}/"),
    "Conversación de PQRSD": ("ana", "/conversacion/{conversations[caso]}/"),
    "Conversación respondida": ("ana", "/conversacion/{conversations[costo]}/"),
    "Conversación de prensa": ("ana", "/conversacion/{conversations[prensa]}/"),
    "Conversación de prensa, con nota reservada": ("carmen", "/conversacion/{conversations[prensa]}/"),
    "Conversación privada": ("ana", "/conversacion/{conversations[privado]}/"),
    "Conversación con petición y promesa": ("ana", "/conversacion/{conversations[contrato]}/"),
    "Respuestas guardadas": ("ana", "/conversacion/guardadas/"),
    "Respuesta guardada": ("ana", "/conversacion/guardadas/{conversations[guardada]}/"),
    "Respuestas por corregir": ("ana", "/conversacion/respuestas/por-corregir/"),
    "Parámetros de PQRSD": ("rita", "/conversacion/pqrsd/"),
    "Reglas de las preguntas": ("rita", "/conversacion/reglas/"),
    "Cambio de las reglas": ("rita", "/conversacion/reglas/cambio/"),
    "Prueba de las reglas": ("rita", "/conversacion/reglas/{conversations[reglas]}/"),
    "Peticiones": ("rita", "/peticiones/"),
    "Petición": ("rita", "/peticiones/{petitions[contrato]}/"),
    "Persona que escribe": ("ana", "/conversacion/personas/{conversations[persona]}/?q=rosa"),
    "Personas": ("carmen", "/personas/"),
    "Persona con reemplazo": ("carmen", "/personas/{conversations[coordina]}/"),
    "Agregar a alguien": ("carmen", "/personas/nueva/"),
    "Actos de otros": ("carmen", "/actos/"),
    "Registrar un acto": ("carmen", "/actos/nuevo/"),
    "Límites y gasto": ("carmen", "/limites/"),
    "Estado del sistema": ("carmen", "/estado/"),
    "Pausar todo": ("carmen", "/pausa/"),
    "Buscar": ("beto", "/buscar/?q=export"),
    "Más": ("beto", "/mas/"),
}
# The same for the second entity.
SECOND_ENTITY_PAGES = {
    "Cuentas": ("otra carmen", "/cuentas/"),
    "Cuenta activa": ("otra carmen", "/cuentas/{accounts[x]}/"),
    "Cuenta con el enlace como comentario": ("otra carmen", "/cuentas/{accounts[facebook]}/"),
    "Cuenta en pausa": ("otra carmen", "/cuentas/{accounts[instagram]}/"),
    "Cuenta que perdió su autorización": ("otra carmen", "/cuentas/{accounts[youtube]}/"),
    "Cuenta sin conectar": ("otra carmen", "/cuentas/{accounts[mastodon]}/"),
    "Cuenta retirada": ("otra carmen", "/cuentas/{accounts[bluesky]}/"),
    "Cuenta, de quien no la administra": ("otra luis", "/cuentas/{accounts[youtube]}/"),
    "Registrar una cuenta": ("otra carmen", "/cuentas/nueva/"),
    "Conectar una cuenta": ("otra carmen", "/cuentas/{accounts[x]}/conexion/"),
    "Aplicación de la entidad": ("otra carmen", "/cuentas/{accounts[x]}/aplicacion/"),
    "Retirar una cuenta": ("otra carmen", "/cuentas/{accounts[x]}/retiro/"),
    "Editar una cuenta": ("otra carmen", "/cuentas/{accounts[x]}/registro/"),
    "Pausar una cuenta": ("otra carmen", "/cuentas/{accounts[x]}/pausa/"),
    "Desconectar una cuenta": ("otra carmen", "/cuentas/{accounts[x]}/desconexion/"),
    "Agregar a quien administra": ("otra carmen", "/cuentas/{accounts[x]}/administradores/"),
    "Conectar con contraseña": ("otra carmen", "/cuentas/{accounts[mastodon]}/conexion/"),
    "Editor, con hilo y varias imágenes": ("otra beto", "/publicaciones/{publications[hilo]}/editor/"),
    "Editor, con una versión en oferta": (
        "otra beto", "/publicaciones/{publications[hilo]}/editor/#red-{accounts[instagram]}",
    ),
    "Editor, con subtítulos": ("otra beto", "/publicaciones/{publications[hilo]}/editor/#red-{accounts[youtube]}"),
    "Editor, con primer comentario": (
        "otra beto", "/publicaciones/{publications[hilo]}/editor/#red-{accounts[facebook]}",
    ),
    "A mano, por tomar": ("otra beto", "/envios/{deliveries[por tomar]}/a-mano/"),
    "A mano, tomada": ("otra beto", "/envios/{deliveries[tomada]}/a-mano/"),
    "Expediente en pausa": ("otra beto", "/publicaciones/{publications[a mano]}/"),
    "Límites de todas las redes": ("otra carmen", "/limites/"),
    "Tope de un límite": ("otra carmen", "/limites/{accounts[x]}/money/"),
    "Estado, con cuentas por conectar": ("otra carmen", "/estado/"),
}  # fmt: skip
# The titles of rows whose words have no width to be read in.
SQUEEZED = """() => [...document.querySelectorAll(".rows .what")].filter((what) => what.checkVisibility())
  .filter((what) => what.clientWidth < 90).map((what) => `squeezed: ${what.innerText}`)"""
ALWAYS = {
    "Cuentas",
    "Cuenta que perdió su autorización",
    "Editor, con hilo y varias imágenes",
    "Editor, con una versión en oferta",
    "A mano, tomada",
    "Límites de todas las redes",
    "Estado, con cuentas por conectar",
}
LAB_PAGES = {
    "Laboratorio": "/",
    "X": "/x/mincomercioco",
    "Facebook": "/facebook/MincomercioCo",
    "Instagram": "/instagram/mincomercioco",
    "YouTube": "/youtube/MincomercioColombia",
    "Sitio": "/sitio/",
    "Sitio, noticias": "/sitio/prensa/noticias",
    "Sitio, una noticia": "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron",
}


def page_faults(page: Page) -> dict[str, list[str]]:
    """Return the faults of an open page at both widths and in both colour schemes."""
    found = {}
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found[f"{width} {scheme}"] = faults_of(page, colours_only=scheme != SCHEMES[0])
        found[f"{width} rows"] = list(page.evaluate(SQUEEZED))
        if (width, height) == PHONE:
            found["targets"] = list(page.evaluate(SMALL_TARGETS))
        if (wide := page.evaluate("document.documentElement.scrollWidth")) != width:
            found[f"{width}"] = [f"the page is {wide} px wide"]
    return {where: faults for where, faults in found.items() if faults}


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_faults(name: str, sample: SampleInstallation, open_as: Callable[[str], BrowserUser]) -> None:
    who, path = PAGES[name]
    person = open_as(who)
    day = sample.day
    names = {"news": day.news, "publications": day.publications, "deliveries": day.deliveries}
    page = person.go(path.format(**names, conversations=day.conversations, petitions=day.petitions))
    assert page_faults(page) == {}
    assert person.problems == []


@pytest.mark.parametrize(
    "name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.slow) for name in SECOND_ENTITY_PAGES]
)
def test_page_of_the_second_entity_has_no_faults(
    name: str, sample: SampleInstallation, open_as: Callable[[str], BrowserUser]
) -> None:
    who, path = SECOND_ENTITY_PAGES[name]
    person, second = open_as(who), sample.second
    path = path.format(accounts=second.accounts, publications=second.publications, deliveries=second.deliveries)
    assert page_faults(person.go(path)) == {}
    assert person.problems == []


def test_sign_in_page_has_no_faults(sample: SampleInstallation, windows: Windows) -> None:
    person = BrowserUser(windows.window(), sample.address)
    person.listen()
    assert page_faults(person.go("/cuenta/login/")) == {}
    assert person.problems == []


@pytest.mark.parametrize(
    "name",
    LAB_PAGES,
)
def test_laboratory_page_has_no_faults(name: str, sample: SampleInstallation, windows: Windows) -> None:
    person = BrowserUser(windows.window(), sample.lab)
    person.listen()
    assert page_faults(person.go(LAB_PAGES[name])) == {}
    assert person.problems == []


def test_page_of_each_post_has_no_faults(sample: SampleInstallation, open_as: Callable[[str], BrowserUser]) -> None:
    person = open_as("ana")
    page = person.go(f"/publicaciones/{sample.day.publications['exportaciones']}/")
    links = page.get_by_role("link", name="ver en").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) == 4
    faults = {}
    for link in links:
        page.goto(link)
        faults[link] = page_faults(page)
    assert {link: found for link, found in faults.items() if found} == {}
    assert person.problems == []
