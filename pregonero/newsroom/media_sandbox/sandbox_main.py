"""python -m pregonero.newsroom.media_sandbox.sandbox_main: one job from its input, its answer on its output, and then it ends.

It decodes what strangers made, so it has little: no database, no settings, no secret, a limit of memory, of processor
and of what it may write. Each line that it says is JSON: {"percent": 40}, {"done": {…}} or {"refused": […]}.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pregonero.newsroom.media_sandbox.errors import CannotUse


def main() -> int:
    """Do the job that comes as JSON; say why not, when it cannot be done."""
    job = json.load(sys.stdin)
    _limit(resource.RLIMIT_AS, job["memory"])
    _limit(resource.RLIMIT_CPU, job["processor"])
    _limit(resource.RLIMIT_FSIZE, job["largest"])
    try:
        done = _work(job["what"])(job)
    except CannotUse as refusal:
        _say({"refused": [refusal.kind, refusal.reason]})
    except MemoryError:
        _say({"refused": ["too_large", "El archivo pide más memoria de la que se le da: no se abrió."]})
    else:
        _say({"done": done})
    return 0


def _limit(what: int, value: int) -> None:
    _soft, hard = resource.getrlimit(what)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (most, hard))


def _work(what: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what does a job; its decoders are loaded once the limits hold."""
    from pregonero.newsroom.media_sandbox import image, inspect, video  # noqa: PLC0415

    def make(job: dict[str, Any]) -> dict[str, Any]:
        return video.make(job, lambda percent: _say({"percent": percent}))

    works = {"look": inspect.look, "clean": image.clean, "picture": image.make, "video": make}
    return works[what]


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    sys.exit(main())
