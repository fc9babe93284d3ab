"""Terms are found however they are disguised, and never inside innocent words (N-3)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.moderation.list_files import matcher_terms, starting_list
from pregonero.moderation.matcher import Disguise, Matcher, Term
from pregonero.moderation.normalization import normalize

WORDS = (
    "puta",
    "culo",
    "polla",
    "pene",
    "gonorrea",
    "hijueputa",
    "marica",
    "perra",
    "ano",
    "coño",
    "mierda",
    "pendejo",
)
MATCHER = Matcher([Term(place, word) for place, word in enumerate((*WORDS, "hijo de puta", "care monda", "mariquita"))])


def found(text: str) -> set[str]:
    return {hit.term.text for hit in MATCHER.find(text)}


@pytest.mark.procedure("N-3")
@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("PÚTA", "puta"),
        ("p4ter put4", "puta"),
        ("puta1", "puta"),
        ("¡puta!", "puta"),
        ("p u t a", "puta"),
        ("p.u-t_a", "puta"),
        ("pu ta", "puta"),
        ("p🍑u🍑t🍑a", "puta"),
        ("puuuuuuuta", "puta"),
        ("рutа", "puta"),  # Cyrillic
        ("𝓹𝓾𝓽𝓪", "puta"),
        ("🅿🆄🆃🅰", "puta"),
        ("🇵🇺🇹🇦", "puta"),
        ("p\u200bu\u200dt\u2060a", "puta"),
        ("p\u0337u\u0337t\u0337a\u0337", "puta"),
        ("\u202eatup\u202c", "puta"),
        ("p|u|t|a", "puta"),
        ("p*ta", "puta"),
        ("p_t4", "puta"),
        ("pvta", "puta"),
        ("putas", "puta"),
        ("kulo", "culo"),
        ("c|_|lo", "culo"),
        ("poya", "polla"),
        ("gonorea", "gonorrea"),
        ("ijueputa", "hijueputa"),
        ("marikita", "mariquita"),
        ("hijodeputa", "hijo de puta"),
        ("h i j o d e p u t a", "hijo de puta"),
        ("caremonda", "care monda"),
        ("rnierda", "mierda"),
        ("peñdejo", "pendejo"),
        ("con\u0303o", "coño"),
    ],
)
def test_find_sees_through_a_disguise(text: str, term: str) -> None:
    assert term in found(f"qué {text} el señor")


@pytest.mark.procedure("N-3", "N-4")
@pytest.mark.parametrize(
    "text",
    [
        "computador, diputado, disputa, reputación, imputar y cómputo",
        "artículo, vehículo, cálculo, currículo y versículo",
        "ampolla, penetración, marimonda, compañía y mano",
        "la pera",
        "feliz año, cono sur",
        "a no ser que llueva",
        "es la vida.No importa",
        "son 455 pesos y 100 sillas",
        "P. U. T.",
        "lo de la u. ta",
        "un cachorro, un piropo",
    ],
)
def test_find_leaves_innocent_words_alone(text: str) -> None:
    assert found(text) == set()


# Spanish words that contain a vulgar one (a few of each, from a dictionary).
INNOCENT = (
    "amputar computacional diputación disputar esputo putativo suputar báculo carbúnculo crepúsculo cubículo "
    "espectáculo fascículo mayúsculo meticuloso minúsculo músculo obstáculo opúsculo oráculo pináculo ridículo "
    "tentáculo tubérculo vínculo compenetrar penetrante ampollar repollar envergadura zapateta cuarteta esteta "
    "teta bípedo torpedo cacao cacatúa pijama jipijapa aeroplano aldeano arcano arándano avellano camboyano "
    "pisada piscina pisapapeles pistola aborto cortometraje ortodoxia ortografía ortopedia vilorto semental "
    "sementera azorrar emperrar escamondar mondadientes cucaracha cucaña desapolillar pasaporte saponificar "
    "zapote globalizar lobanillo calabobos hoyoso culebra hércules suculento truculento cachimba chochaperdiz"
)


@pytest.mark.procedure("N-4")
def test_terms_of_the_dictionary_do_not_hit_inside_its_words() -> None:
    vulgar = (
        "puta puto culo pene polla verga teta pedo caca pija ano pis orto semen zorra perra monda cuca sapo loba bobo"
    )
    matcher = Matcher([Term(place, word) for place, word in enumerate(f"{vulgar} cule hoyo chimba chocha".split())])
    assert [word for word in INNOCENT.split() if matcher.find(word)] == ["teta"]
    assert matcher.find(INNOCENT.replace(" teta", "")) == []


@pytest.mark.procedure("N-3")
def test_a_term_hits_inside_words_only_when_it_asks_to() -> None:
    inside = Matcher([Term(0, "hijueputa", is_inside=True)])
    assert inside.find("triplehijueputas")
    assert not Matcher([Term(0, "hijueputa")]).find("triplehijueputa")


def test_a_hit_says_how_the_term_was_written() -> None:
    hits = {hit.term.text: hit.disguise for hit in MATCHER.find("culo, p u t a y m**rda")}
    assert hits == {"culo": Disguise.PLAIN, "puta": Disguise.SPLIT, "mierda": Disguise.MASKED}


@pytest.mark.parametrize(
    "text",
    [
        "p" + "\u0301" * 100_000 + "uta",
        "a" * 1_000_000,
        "pu" * 100_000,
        "p" + " " * 100_000 + "uta",
        "\u202e" * 100_000,
        "il1!" * 50_000,
        "(a+)+$" * 20_000,
        "/\\" * 50_000,
        "p*" * 50_000,
        "\ud800" + "\x00" * 1_000,
    ],
    ids=[
        "marks",
        "one letter",
        "two letters",
        "gap",
        "overrides",
        "look-alikes",
        "regex",
        "drawn",
        "masks",
        "surrogate",
    ],
)
def test_a_text_made_to_blow_the_search_up_costs_its_length(text: str) -> None:
    started = time.process_time()
    MATCHER.find(text)
    assert time.process_time() - started < 20  # a search that grows faster than the text takes minutes or hours


def test_a_word_at_the_edge_of_a_window_is_found_once_and_not_cut() -> None:
    for filler in range(1_380, 1_520):
        assert found("x" * filler + " computador " + "y" * 600) == set()
        assert found("x " * (filler // 2) + " gonorrea " + "y " * 300) == {"gonorrea"}


def test_bait_for_regular_expressions_in_a_term_is_read_as_letters() -> None:
    matcher = Matcher([Term(0, "(a+)+$b"), Term(1, ".*"), Term(2, "[^x]c")])
    assert matcher.find("cualquier texto") == []


@given(st.text(max_size=200))
def test_any_text_is_normalized_to_ascii_and_searched(text: str) -> None:
    form = normalize(text).decode("ascii")
    assert normalize(form.replace("~", "ñ")).decode() == form
    MATCHER.find(text)


@given(st.sampled_from(WORDS), st.lists(st.sampled_from("\u200b\u200d\u2060\u0301\u00ad\ufe0f"), max_size=8), st.data())
def test_invisible_characters_anywhere_hide_nothing(word: str, marks: list[str], data: st.DataObject) -> None:
    for mark in marks:
        place = data.draw(st.integers(0, len(word)))
        word = word[:place] + mark + word[place:]
    assert found(word)


def test_the_starting_list_can_be_searched_by_its_own_terms() -> None:
    terms = starting_list()
    matcher = Matcher(matcher_terms(terms))
    assert [term.text for term in terms if term.text not in {hit.term.text for hit in matcher.find(term.text)}] == []
