"""How names are joined in a sentence."""

import pytest

from pregonero.spanish_lists import alternatives, joined


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], ""),
        (["X"], "X"),
        (["X", "Facebook", "YouTube"], "X, Facebook y YouTube"),
        (["X", "Facebook", "Instagram"], "X, Facebook e Instagram"),
        (["Ana", "Inés"], "Ana e Inés"),
        (["Ana", "Hilda"], "Ana e Hilda"),
        (["Ana", "Íngrid"], "Ana e Íngrid"),
        (["agua", "hielo"], "agua y hielo"),
        (["Instagram", "Ian"], "Instagram y Ian"),
        (["a Ana", "a Inés"], "a Ana y a Inés"),
    ],
)
def test_names_are_joined_as_spanish_does(names: list[str], sentence: str) -> None:
    assert joined(names) == sentence


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], ""),
        (["Asesoría"], "Asesoría"),
        (["Asesoría", "Coordinación"], "Asesoría o Coordinación"),
        (["Asesoría", "Coordinación", "Oficina de Sistemas"], "Asesoría, Coordinación u Oficina de Sistemas"),
        (["Ana", "Hortensia"], "Ana u Hortensia"),
    ],
)
def test_alternatives_are_joined_as_spanish_does(names: list[str], sentence: str) -> None:
    assert alternatives(names) == sentence
