"""Full text search of news in Spanish: by the stems of words, and by their beginning without accents."""

import re
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value

ACCENTED, PLAIN = "áéíóúüàèìòùâêîôûäëïöñçÁÉÍÓÚÜÑ", "aeiouuaeiouaeiouaeioncaeiouun"
FIELDS = ("title", "summary", "section", "body")
MOST_WORDS = 12
WORD = re.compile(r"\w+")
BARE_ENDING = re.compile(r"([cs])ion$")  # "exportacion", as people write it in a search


def _without_accents(field: str) -> Func:
    return Func(F(field), Value(ACCENTED), Value(PLAIN), function="translate", output_field=TextField())


NEWS_WORDS = SearchVector(*FIELDS, config="spanish") + SearchVector(
    *(_without_accents(field) for field in FIELDS), config="simple"
)
"""What is searched of a news item. The index `news_words` has this same expression: changing it needs a migration."""


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
