"""The data of the component gallery: the components, their purpose, and whole sample pages."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

COMPONENTS = Path(__file__).parent / "templates" / "components"
COMMENT_START, COMMENT_END = "{% comment %}", "{% endcomment %}"


@dataclass(frozen=True)
class Example:
    """A component in the gallery: its tag, and its name and purpose in Spanish."""

    tag: str
    title: str
    purpose: str

    @property
    def slug(self) -> str:
        """Return the name of its example template, which is also its anchor in the page."""
        return self.tag.replace(".", "-")

    @property
    def template(self) -> str:
        """Return the path of the template that renders its variants."""
        return f"ui/gallery/{self.slug}.html"

    @cached_property
    def arguments(self) -> str:
        """Return the comment at the top of the component's file, which documents its arguments."""
        source = _file(self.tag).read_text(encoding="utf-8")
        _, _, rest = source.partition(COMMENT_START)
        return rest.partition(COMMENT_END)[0].strip()


def _file(tag: str) -> Path:
    path = COMPONENTS / tag.replace("-", "_").replace(".", "/")
    return path / "index.html" if path.is_dir() else path.with_suffix(".html")


EXAMPLES = (
    Example("page-head", "Encabezado de página", "Dice qué es la página, cómo van las cosas y qué se puede hacer."),
    Example("panel", "Panel", "Una caja con título, para filas, formularios, tablas o un camino."),
    Example("fold", "Plegable", "Lo que pocos necesitan, detrás de su título."),
    Example("rows", "Filas", "Lo que toca hacer o lo que sale: qué, por qué, cuándo y el acto que lo resuelve."),
    Example("group", "Grupo de filas", "El encabezado de unas filas dentro de un panel."),
    Example("button", "Botón", "Un acto. Cuando no se puede, dice por qué."),
    Example("tag", "Etiqueta de estado", "Un estado, con color y palabra."),
    Example("nets", "Redes", "Cómo va una publicación en cada red."),
    Example("verdict", "Estado general", "Cómo está algo en conjunto, en una línea."),
    Example("note", "Aviso", "Algo que hay que saber antes de seguir."),
    Example("toast", "Aviso que se va", "Lo que se acaba de hacer, y cómo deshacerlo."),
    Example("field", "Campo", "Un dato de un formulario, con su ayuda y sus errores."),
    Example("textarea", "Texto con medidor", "Un texto largo y cuánto cabe."),
    Example("errors", "Resumen de errores", "Todo lo que hay que corregir en un formulario, con enlaces a cada campo."),
    Example("confirm", "Confirmación", "Un acto que pregunta una vez más y dice qué va a pasar."),
    Example("tabs", "Pestañas", "Enlaces entre partes de una misma página."),
    Example("way", "Camino", "Un expediente, de la necesidad a la interacción."),
    Example("facts", "Datos", "Nombres y sus valores."),
    Example("table", "Tabla", "Cifras y matrices; en un teléfono se desplaza dentro de su caja."),
    Example("bar", "Barra", "Cuánto se ha usado de un límite."),
    Example("pagination", "Páginas", "Las páginas de una lista larga."),
    Example("empty", "Sin nada", "Dice que no hay nada y qué hacer."),
    Example("thumb", "Miniatura", "Una imagen o un video en pequeño; su lugar no se mueve cuando llega."),
    Example("arms", "Escudo", "El escudo de la entidad, o sus iniciales cuando no lo tiene."),
    Example("post", "Publicación", "Lo que se envió o lo que hay en una red, con su hora."),
    Example("preview", "Vista previa", "Una publicación como la mostrará su red."),
)

SCENES = {
    "hoy": "Hoy, como la ve quien responde por las redes",
    "editor": "Una publicación nueva",
    "expediente": "El expediente de una publicación",
}

TEXT = (
    "Las exportaciones no mineras crecieron 8,4 % entre enero y octubre, impulsadas por el café, las flores y los "
    "servicios de software. Antioquia, Bogotá y Valle del Cauca suman más de la mitad del total. Cifras y series "
    "completas por departamento y por producto: https://www.mincit.gov.co/prensa/noticias #ExportarEsCrecer"
)
POST = TEXT.partition(" https")[0]
CALL_ON_X = (
    "Hasta el 15 de diciembre está abierta la convocatoria para mipymes que quieren exportar por primera vez. "
    "Requisitos y formulario:"
)
CALL_ON_FACEBOOK = (
    "¿Tu mipyme quiere exportar por primera vez? La convocatoria está abierta hasta el 15 de diciembre. Acá están los "
    "requisitos y el formulario."
)
