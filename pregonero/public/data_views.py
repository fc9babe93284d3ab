"""Open data of the public site: CSV, JSON, Atom, the DCAT catalogue and trust.txt (R-4)."""

import csv
from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pregonero.outbox.models import Delivery
from pregonero.people.models import Entity
from pregonero.people.queries import all_entities, entity_by_slug
from pregonero.public.official_accounts import official_accounts
from pregonero.public.published import published_posts, text_of

CACHE_SECONDS = 300
CHUNK = 500
MOST_IN_JSON, MOST_IN_FEED = 500, 50
FIELDS = ("id", "published_at", "network", "account", "state", "title", "text", "link")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ACCOUNT_FIELDS = ("network", "handle", "name", "profile", "since", "until")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class _Line:
    """Returns each written line instead of keeping it, so that a file of any size is sent line by line."""

    def write(self, text: str) -> str:
        return text


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def published_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Return everything that was published as CSV, sent while it is read."""
    posts = published_posts(entity_by_slug(slug)).iterator(chunk_size=CHUNK)
    headers = {"Content-Disposition": f'attachment; filename="publicado-{slug}.csv"'}
    rows = ([_cell(value) for value in row_of(post).values()] for post in posts)
    return StreamingHttpResponse(_lines(FIELDS, rows), content_type="text/csv; charset=utf-8", headers=headers)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def published_json(request: HttpRequest, slug: str) -> JsonResponse:
    """Return the newest posts as JSON; the CSV has all."""
    posts = published_posts(entity_by_slug(slug))[:MOST_IN_JSON]
    return JsonResponse({"posts": [row_of(post) for post in posts]}, json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def published_atom(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the newest posts as an Atom feed (RFC 4287)."""
    entity = entity_by_slug(slug)
    feed = Atom1Feed(
        title=f"{entity.short_name}: publicado en redes",
        link=request.build_absolute_uri(reverse("public:index", args=[slug])),
        description="",
        language="es-CO",
        author_name=entity.name,
        feed_url=request.build_absolute_uri(),
    )
    for post in published_posts(entity)[:MOST_IN_FEED]:
        feed.add_item(
            title=f"{post.account}: {post.subject_name}",
            link=post.url or request.build_absolute_uri(reverse("public:index", args=[slug])),
            description=text_of(post),
            pubdate=post.published_at,
            updateddate=post.published_at,
            unique_id=f"tag:{request.get_host().partition(':')[0]},2026:{slug}/{post.pk}",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def accounts_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the official accounts with their history as CSV."""
    rows = ([_cell(value) for value in row.values()] for row in _accounts(entity_by_slug(slug)))
    headers = {"Content-Disposition": f'attachment; filename="cuentas-{slug}.csv"'}
    text = "".join(_lines(ACCOUNT_FIELDS, rows))
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def accounts_json(request: HttpRequest, slug: str) -> JsonResponse:
    """Return the official accounts with their history as JSON."""
    body = {"accounts": list(_accounts(entity_by_slug(slug)))}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def catalog(request: HttpRequest, slug: str) -> JsonResponse:
    """Return the catalogue of the open data (DCAT 3, as JSON-LD)."""
    entity = entity_by_slug(slug)
    datasets = [_dataset(request, slug, *one) for one in DATASETS]
    body = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Catalog",
        "dct:title": f"Datos abiertos de las redes de {entity.name}",
        "dct:publisher": {"@type": "http://xmlns.com/foaf/0.1/Organization", "dct:title": entity.name},
        "dct:language": "es",
        "dcat:dataset": datasets,
    }
    return JsonResponse(body, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def trust_txt(request: HttpRequest) -> HttpResponse:
    """Return trust.txt: the accounts in use of every entity of the installation (JournalList's specification)."""
    lines = ["# Cuentas oficiales"]
    for entity in all_entities():
        lines += [f"social={one.address}" for one in official_accounts(entity) if one.account.retired_at is None]
        lines.append(f"disclosure={request.build_absolute_uri(reverse('public:accounts', args=[entity.slug]))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def row_of(post: Delivery) -> dict[str, str]:
    """Return a post as a row of open data."""
    at = post.published_at.isoformat() if post.published_at else ""
    values = (str(post.pk), at, post.account.network, post.account.handle, post.state.lower())
    return dict(zip(FIELDS, (*values, post.subject_name, text_of(post), post.url), strict=True))


def _accounts(entity: Entity) -> Iterator[dict[str, str]]:
    for one in official_accounts(entity):
        account = one.account
        since, until = _day(account.registered_at), _day(account.retired_at)
        values = (account.network, account.handle, account.display_name, one.address, since, until)
        yield dict(zip(ACCOUNT_FIELDS, values, strict=True))


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""


def _lines(names: tuple[str, ...], rows: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(names)
    for row in rows:
        yield writer.writerow(row)


def _cell(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


DATASETS = (
    ("Lo publicado en redes", (("published_csv", "text/csv"), ("published_json", "application/json"))),
    ("Cuentas oficiales", (("accounts_csv", "text/csv"), ("accounts_json", "application/json"))),
    ("Cifras de moderación", (("figures_csv", "text/csv"), ("figures_json", "application/json"))),
    ("Decisiones de moderación", (("statements_csv", "text/csv"), ("statements_json", "application/json"))),
)


def _dataset(request: HttpRequest, slug: str, title: str, files: tuple[tuple[str, str], ...]) -> dict[str, object]:
    distributions = [
        {
            "@type": "dcat:Distribution",
            "dcat:downloadURL": request.build_absolute_uri(reverse(f"public:{name}", args=[slug])),
            "dcat:mediaType": media_type,
            "dct:license": LICENCE,
        }
        for name, media_type in files
    ]
    return {"@type": "dcat:Dataset", "dct:title": title, "dcat:distribution": distributions}
