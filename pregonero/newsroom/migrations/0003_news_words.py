"""The index of the search of news: the expression of `newsroom.search.NEWS_WORDS`, written out."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

ACCENTED, PLAIN = "áéíóúüàèìòùâêîôûäëïöñçÁÉÍÓÚÜÑ", "aeiouuaeiouaeiouaeioncaeiouun"
FIELDS = ("title", "summary", "section", "body")


def without_accents(field: str) -> models.Func:
    return models.Func(
        models.F(field),
        models.Value(ACCENTED),
        models.Value(PLAIN),
        function="translate",
        output_field=models.TextField(),
    )


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0002_undo_dismissal")]
    operations = [
        migrations.AddIndex(
            model_name="news",
            index=GinIndex(
                SearchVector(*FIELDS, config="spanish")
                + SearchVector(*(without_accents(field) for field in FIELDS), config="simple"),
                name="news_words",
            ),
        ),
    ]
