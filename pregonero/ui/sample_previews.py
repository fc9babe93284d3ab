"""The posts of the gallery's previews: invented posts of each network, with the attributes that templates use."""

from dataclasses import dataclass, field
from pathlib import Path

PICTURE = Path(__file__).parent / "templates" / "ui" / "gallery" / "picture.txt"
TITLE = "Abierta la convocatoria para mipymes que quieren exportar por primera vez"
TEXT = "¿Tu mipyme quiere exportar? Hay 300 cupos gratuitos hasta el 15 de diciembre. "
LINK = "https://www.mincit.gov.co/prensa/noticias/convocatoria"


@dataclass(frozen=True)
class Piece:
    """A stretch of a text as it is shown."""

    kind: str
    shown: str
    is_over: bool = False
    is_folded: bool = False

    @property
    def whole(self) -> str:
        """Return what is written."""
        return LINK if self.kind == "link" else self.shown


@dataclass(frozen=True)
class Image:
    """The addresses and measures of a picture."""

    src: str
    width: int = 191
    height: int = 100
    srcset: str = ""
    sizes: str = ""


@dataclass(frozen=True)
class Medium:
    """A picture or a video."""

    small: Image
    alt: str = ""
    duration: str = ""
    address: str = ""

    @property
    def is_video(self) -> bool:
        """Return whether it is a video."""
        return bool(self.duration)


@dataclass(frozen=True)
class Card:
    """The card of a link."""

    title: str
    domain: str
    description: str = ""
    picture: Image | None = None


@dataclass(frozen=True)
class SamplePreview:
    """A post as a network shows it."""

    network: str
    text: list[Piece]
    by: str = "MinComercio"
    handle: str = "mincomercioco"
    initials: str = "MC"
    label: str = "la red"
    title: list[Piece] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    card: Card | None = None
    place: str = ""
    count: int = 112
    limit: int = 280
    over: int = 0
    described: str = "1 imagen descrita"

    @property
    def template(self) -> str:
        """Return the template of its network."""
        return f"{self.network}/preview.html"


def sample_previews() -> list[SamplePreview]:
    """Return a post of each network: with a card, with pictures, with a video, too long, and part of a thread."""
    image = Image(PICTURE.read_text(encoding="utf-8").strip())
    tag, drawn = Piece("tag", "#ExportarEsCrecer"), Medium(image, "Barras azules que crecen")
    long = [Piece("", TEXT * 3), Piece("tag", "#Expo"), Piece("tag", "rtarEsCrecer", is_over=True)]
    card = Card(TITLE, "mincit.gov.co", TEXT, image)
    return [
        SamplePreview("x", long, count=292, over=12, media=[drawn, drawn, drawn], described="3 imágenes descritas"),
        SamplePreview(
            "x", [Piece("", TEXT), Piece("link", "mincit.gov.co/prensa/notic…")], card=card, place="parte 1 de 2"
        ),
        SamplePreview("facebook", [Piece("", TEXT), tag], card=card, limit=63_206),
        SamplePreview(
            "instagram",
            [Piece("", TEXT), tag, Piece("", f" {TEXT}", is_folded=True)],
            media=[drawn] * 3,
            limit=2_200,
            described="3 imágenes descritas",
        ),
        SamplePreview(
            "youtube",
            [Piece("", TEXT), Piece("link", LINK)],
            title=[Piece("", TITLE)],
            media=[Medium(image, duration="2:14")],
            limit=5_000,
            described="1 video",
        ),
        SamplePreview("bluesky", [Piece("", TEXT), Piece("link", LINK)], card=Card(TITLE, "mincit.gov.co"), limit=300),
        SamplePreview("mastodon", [Piece("", TEXT), tag], media=[drawn], limit=500),
    ]
