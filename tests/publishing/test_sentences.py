"""Where a sentence ends: a text cut after an abbreviation, an initial or a figure would say something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.registry import connector
from pregonero.publishing.first_draft import compose
from pregonero.publishing.sentences import ABBREVIATIONS, sentence_ends
from pregonero.publishing.thread_splitting import split_text
from tests.publishing.test_first_draft import news

pytestmark = pytest.mark.procedure("P-3")


def parts_of(text: str) -> list[str]:
    ends = [*sentence_ends(text), len(text)]
    return [part for part in (text[a:b].strip() for a, b in zip([0, *ends], ends, strict=False)) if part]


@pytest.mark.parametrize(
    "sentence",
    [
        "Vino el Dr. Jaime Prueba, quien explicó los cambios.",
        "La Sra. Ejemplo y las Dras. Paz y Luz firmaron.",
        "Se vende en EE. UU. Canadá y México quedaron para después.",
        "Se vende en EE.UU. Marco Ejemplo lo dijo.",
        "La empresa Ejemplo Logística S. A. S. Bogotá será la sede.",
        "La empresa S.A.S. Bogotá y la E.S.P. Cali firmaron.",
        "Según el art. 5 y el núm. 3 del Dto. Ley 4.",
        "El art. Quinto, lit. A, num. Dos, de la Res. 123.",
        "Firmaron J. R. Rodríguez y M.ª López.",
        "El 1.er Congreso, la 2.ª Feria y el 3.º Encuentro.",
        "Creció 8.4 % y sumó $1.200.000 en la Av. Caracas No. 13A-15.",
        "Será a las 3 p. m. Bogotá recibe a todos.",
        "Viven en Bogotá D. C. La mayoría trabaja.",
        "La Cía. Nacional, Textiles Ltda. Bogotá y otros.",
        "El Gral. Mora, el Ing. Paz, el Pdte. Gómez y Mons. Luque.",
        "Los DD. HH. Primero.",
        "Con el Ph.D. Eva Luna y el rad. 4567 del exp. 12.",
        "(Ver pág. 7 y fig. Dos).",
        "1. Reúna los papeles.",
        "La Alcaldía de Sta. Marta y Sto. Domingo.",
    ],
)
def test_no_sentence_ends_inside(sentence: str) -> None:
    assert parts_of(sentence) == [sentence]
    assert parts_of(f"{sentence} Luego siguió.") in (
        [sentence, "Luego siguió."],
        [f"{sentence} Luego siguió."],  # after an abbreviation it cannot be known
    )


@pytest.mark.parametrize(
    "parts",
    [
        ["Uno.", "Dos.", "Tres"],
        ["¿Cómo se hace?", "Así.", "¡Ya!", "Listo…", "Vamos."],
        ["«Es una cita».", "Luego siguió.", "(Es todo.)", "Y ya."],
        ["Creció 8,4 % en 2026.", "El sector exporta más."],
        ["Participaron gremios y alcaldías.", "120 empresas firmaron."],
        ["Café y flores, núm. 5.", "Y lo demás."],
        ["Pasos: 1. Reúna los papeles.", "2. Firme.", "3. Envíe."],
        ["Dijo que no.", "Luego firmó."],
        ["Carne de res.", "Un par.", "Sol y mar.", "Fin."],
        ["Lee más en la página.", "https://www.mincit.gov.co/noticia"],
        ["Termina aquí.", "#Exporta con nosotros."],
        ["Traigan papeles, etc.", "Luego se firma."],
        ["Escribe a mincit.gov.co.", "Te respondemos."],
        ["Pasos:\n1. Reúna los papeles.", "2. Firme."],
    ],
)
def test_sentences_are_told_apart(parts: list[str]) -> None:
    assert parts_of(" ".join(parts)) == parts


@given(st.text(max_size=80))
def test_ends_are_positions_in_order_after_a_mark(text: str) -> None:
    ends = list(sentence_ends(text))

    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) and not text[end - 1].isspace() for end in ends)


FILLER = "En la instalación del comité participaron gremios, alcaldías y universidades de cinco departamentos"
REST = "Jaime Prueba, quien explicó los cambios del arancel y los plazos que siguen para cada sector y sus puertos"


@pytest.mark.parametrize("name", ["x", "bluesky"])
@pytest.mark.parametrize("abbreviation", ["Dr.", "Sra.", "EE. UU.", "S. A. S.", "Dto.", "J. R.", "EE.UU."])
def test_a_summary_is_not_cut_after_an_abbreviation(name: str, abbreviation: str) -> None:
    summary = f"{FILLER}, con {abbreviation} {REST}, y así se hará también en las demás ciudades del país."

    text = compose(news("Nueva política de comercio exterior", summary), connector(name)).text

    assert summary in text or "…" in text
    assert f"{abbreviation}\n" not in text
    assert f"{abbreviation}…" not in text


@pytest.mark.parametrize("abbreviation", ["Dr.", "Sra.", "EE. UU.", "art.", "S. A. S.", "J.", "núm."])
def test_a_thread_is_not_parted_after_an_abbreviation(abbreviation: str) -> None:
    whole = "Primera oración, larga y entera, que acaba aquí."
    text = f"{whole} Después vino {abbreviation} Prueba con todos los demás del sector."
    limit = text.index(abbreviation) + len(abbreviation) + 3

    by_sentence, *_ = split_text(text, lambda part: len(part) <= limit)
    by_word, *_ = split_text(text.replace("aquí.", "aquí"), lambda part: len(part) <= limit)

    assert by_sentence == whole
    assert by_word.endswith("Después vino")


@given(st.sampled_from(sorted(ABBREVIATIONS)), st.sampled_from(["Prueba", "123", "¿Qué", "«Cita", "(Nota"]))
def test_no_abbreviation_ends_a_sentence(abbreviation: str, following: str) -> None:
    text = f"Vino con {abbreviation}. {following} hasta el final"

    assert list(sentence_ends(text)) == []
