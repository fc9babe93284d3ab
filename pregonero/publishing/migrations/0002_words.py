"""The search of publications: their words by stem in Spanish, and as they are without accents.

PostgreSQL's stemmer needs the accents («exportación» and «exportaciones» have one stem, «exportacion» another), and
people leave them out: so a text is kept in both ways and a word is looked for in both. `unaccent` is an extension that
the embedded PostgreSQL does not have; Unicode's decomposition does the same without one.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION publishing_lower(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(translate(normalize(said, NFC), 'ÁÉÍÓÚÜÑ', 'áéíóúüñ'))
$$;

CREATE FUNCTION publishing_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(normalize(said, NFD), '[\u0300-\u036f]', '', 'g'))
$$;

-- The stem of these endings needs the accent that people leave out.
CREATE FUNCTION publishing_accented(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(said, '([cs])ion\M', '\1ión', 'g')
$$;

-- A tsvector takes 1 MB: a text that somebody pasted by mistake must not stop its draft from being saved.
CREATE FUNCTION publishing_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.spanish', publishing_accented(clean)) || to_tsvector('pg_catalog.simple', publishing_plain(clean))
    FROM (
        SELECT publishing_lower(
            regexp_replace(regexp_replace(left(said, 60000), 'https?://\S+', ' ', 'g'), '[«»“”‘’¿¡…—–·#@/_-]', ' ', 'g')
        ) AS clean
    ) AS prepared
$$;

-- One word: by its stem, and as it is, or as the beginning of another. Empty for a word that is not searched, such as
-- «de», unless it is so short and begins another that it is being typed.
CREATE FUNCTION publishing_word_query(word text, begins boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN numnode(stem) > 0 OR (begins AND length(said) < 4)
        THEN stem || to_tsquery('pg_catalog.simple', publishing_plain(said) || CASE WHEN begins THEN ':*' ELSE '' END)
        ELSE stem
    END
    FROM (
        SELECT said, to_tsquery('pg_catalog.spanish', publishing_accented(said)) AS stem
        FROM (SELECT publishing_lower(word) AS said) AS lowered
    ) AS stemmed
$$;

CREATE FUNCTION publishing_store_words(given bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO publishing_publicationwords (publication_id, vector)
    SELECT publication.id,
        setweight(publishing_words(concat_ws(' ', publication.number, publication.title)), 'A')
        || setweight(publishing_words(concat_ws(' ', publication.source_name, publication.theme, publication.why)), 'B')
        || setweight(publishing_words(coalesce(said.texts, '')), 'C')
    FROM publishing_publication publication
    LEFT JOIN LATERAL (
        SELECT string_agg(
            concat_ws(' ', adaptation.title, adaptation.text, array_to_string(adaptation.parts, ' ')), ' '
        ) AS texts
        FROM publishing_adaptation adaptation
        WHERE adaptation.publication_id = publication.id AND NOT adaptation.skipped
    ) said ON true
    WHERE publication.id = given
    ON CONFLICT (publication_id) DO UPDATE SET vector = EXCLUDED.vector
$$;

CREATE FUNCTION publishing_publication_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM publishing_store_words(NEW.id);
    RETURN NULL;
END
$$;

CREATE FUNCTION publishing_adaptation_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM publishing_store_words(NEW.publication_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER words_inserted AFTER INSERT ON publishing_publication
    FOR EACH ROW EXECUTE FUNCTION publishing_publication_words();
CREATE TRIGGER words_updated AFTER UPDATE ON publishing_publication
    FOR EACH ROW WHEN (
        (OLD.number, OLD.title, OLD.source_name, OLD.theme, OLD.why)
        IS DISTINCT FROM (NEW.number, NEW.title, NEW.source_name, NEW.theme, NEW.why)
    ) EXECUTE FUNCTION publishing_publication_words();
CREATE TRIGGER words_inserted AFTER INSERT ON publishing_adaptation
    FOR EACH ROW EXECUTE FUNCTION publishing_adaptation_words();
CREATE TRIGGER words_updated AFTER UPDATE ON publishing_adaptation
    FOR EACH ROW WHEN (
        (OLD.title, OLD.text, OLD.parts, OLD.skipped) IS DISTINCT FROM (NEW.title, NEW.text, NEW.parts, NEW.skipped)
    ) EXECUTE FUNCTION publishing_adaptation_words();
"""
REVERSE = """
DROP TRIGGER words_inserted ON publishing_publication;
DROP TRIGGER words_updated ON publishing_publication;
DROP TRIGGER words_inserted ON publishing_adaptation;
DROP TRIGGER words_updated ON publishing_adaptation;
DROP FUNCTION publishing_publication_words, publishing_adaptation_words, publishing_store_words, publishing_word_query,
    publishing_words, publishing_accented, publishing_plain,
    publishing_lower;
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, REVERSE)]
