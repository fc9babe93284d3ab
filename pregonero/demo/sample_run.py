"""The sample of `pregonero run`: it is published beside a site that already answers, and never stops it."""

import time
from itertools import chain, repeat

import structlog
from django.db import connection

from pregonero.demo import scenario
from pregonero.errors import Refused
from pregonero.progress import Progress
from pregonero.stack import Addresses, NotStarted, logs_folder

log = structlog.get_logger(__name__)
WAITS = (5, 15, 30)  # seconds between attempts; then the last one
EXPECTED = (NotStarted, Refused)  # their message says what is missing


def keep_trying(addresses: Addresses, progress: Progress) -> None:
    """Publish the sample, and print where it is; say what is missing and try again until it is complete."""
    are_people_told = False
    for wait in chain(WAITS, repeat(WAITS[-1])):
        missing = _try(addresses, progress)
        if not missing:
            return
        if not are_people_told:
            print(f"\n{scenario.people_summary()}\n", flush=True)  # they can sign in without the sample
            are_people_told = True
        progress.say(f"El sitio ya atiende; la muestra sigue pendiente. {missing} Se intenta otra vez en {wait} s.")
        time.sleep(wait)


def _try(addresses: Addresses, progress: Progress) -> str:
    """Return what is missing, or "" when the sample is published."""
    try:
        result = scenario.publish_sample(addresses, progress)
    except EXPECTED as problem:
        log.warning("sample.not_published", reason=str(problem))
        return str(problem)
    except Exception:
        # The sample is only an example: no error of it may end the site. The log has the traceback.
        log.exception("sample.failed")
        return f"Hubo un error que quedó anotado en {logs_folder()}."
    finally:
        connection.close()
    if not result.is_complete:
        return scenario.what_is_missing(result)
    print(scenario.summary(addresses, result), flush=True)
    return ""
