"""Full text search of news and needs in Spanish: by the stems of words, and by their beginning without accents."""

import re
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import CombinedExpression

ACCENTED, PLAIN = "áéíóúüàèìòùâêîôûäëïöñçÁÉÍÓÚÜÑ", "aeiouuaeiouaeiouaeioncaeiouun"
MOST_WORDS = 12
WORD = re.compile(r"\w+")
BARE_ENDING = re.compile(r"([cs])ion$")  # "exportacion", as people write it in a search


def _without_accents(field: str) -> Func:
    return Func(F(field), Value(ACCENTED), Value(PLAIN), function="translate", output_field=TextField())


def _words_of(*fields: str) -> CombinedExpression:
    return SearchVector(*fields, config="spanish") + SearchVector(
        *(_without_accents(field) for field in fields), config="simple"
    )


# What is searched. The indexes `news_words` and `need_words` have these same expressions: a change needs a migration.
NEWS_WORDS = _words_of("title", "summary", "section", "body")
NEED_WORDS = _words_of("title", "what", "why", "area", "answer")


def words_query(text: str) -> SearchQuery | None:
    """Return the query that finds every word of a text, or None if it has no word."""
    words = WORD.findall(text.replace("_", " ").lower())[:MOST_WORDS]
    queries = [or_(_stem(word), _beginning(word)) for word in words]
    return reduce(and_, queries) if queries else None


def _stem(word: str) -> SearchQuery:
    return SearchQuery(BARE_ENDING.sub(r"\1ión", word), config="spanish")


def _beginning(word: str) -> SearchQuery:
    plain = word.translate(str.maketrans(ACCENTED, PLAIN))
    return SearchQuery(f"{plain}:*", config="simple", search_type="raw")
