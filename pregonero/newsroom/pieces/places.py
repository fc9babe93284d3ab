"""Where a note is, in words that a text browser reads: "esquina superior derecha, del segundo 12 al 15"."""

import re

from pregonero.newsroom.piece_models import MOST_MILLE, PieceNote

ROWS = ("superior", "centro", "inferior")
COLUMNS = ("izquierda", "centro", "derecha")
AREAS = {
    ("superior", "izquierda"): "esquina superior izquierda",
    ("superior", "centro"): "arriba en el centro",
    ("superior", "derecha"): "esquina superior derecha",
    ("centro", "izquierda"): "a la izquierda",
    ("centro", "centro"): "en el centro",
    ("centro", "derecha"): "a la derecha",
    ("inferior", "izquierda"): "esquina inferior izquierda",
    ("inferior", "centro"): "abajo en el centro",
    ("inferior", "derecha"): "esquina inferior derecha",
}
"""The nine parts of a picture, by row and column."""
CENTRES = (167, 500, 833)  # thousandths of the width or of the height
MINUTE = 60
TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?")


def area_of(x: int, y: int) -> tuple[str, str]:
    """Return the row and the column of a spot, each a third of the picture."""
    third = MOST_MILLE / 3
    return ROWS[min(2, int(y / third))], COLUMNS[min(2, int(x / third))]


def centre_of(area: tuple[str, str]) -> tuple[int, int]:
    """Return the spot at the middle of a part of a picture."""
    row, column = area
    return CENTRES[COLUMNS.index(column)], CENTRES[ROWS.index(row)]


def words_of(note: PieceNote) -> str:
    """Return where a note is, in Spanish; empty for one on the whole piece."""
    area = AREAS[area_of(note.x, note.y)] if note.x is not None and note.y is not None else ""
    return ", ".join(part for part in (area, _range_words(note.from_second, note.to_second)) if part)


def _range_words(start: float | None, end: float | None) -> str:
    if start is None or end is None:
        return ""
    if start == end:
        return f"{'minuto' if start >= MINUTE else 'segundo'} {seconds_text(start)}"
    unit = "minuto" if end >= MINUTE else "segundo"
    return f"del {unit} {seconds_text(start, long=unit == 'minuto')} al {seconds_text(end)}"


def seconds_text(seconds: float, *, long: bool = False) -> str:
    """Return seconds as people write them: "12", "7,5", "1:05"; `long` writes the minutes always."""
    minutes, rest = divmod(round(seconds, 2), MINUTE)
    text = f"{rest:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    if not minutes and not long:
        return text
    return f"{int(minutes)}:{text if rest >= 10 else f'0{text}'}"  # noqa: PLR2004  two digits


def read_seconds(text: str) -> float | None:
    """Return the seconds that a person wrote, such as "12", "7,5" or "1:05"; None for anything else."""
    found = TIME.fullmatch(text.strip())
    if found is None:
        return None
    minutes, seconds, fraction = found.groups()
    if minutes is not None and int(seconds) >= MINUTE:
        return None
    return int(minutes or 0) * MINUTE + float(f"{seconds}.{fraction or 0}")
