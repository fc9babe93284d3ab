"""The child process: it reads one job as JSON from its input and writes its answer as JSON lines.

It decodes untrusted files, so it has no database, settings or secrets, and the kernel limits its memory, processor time
and the size of the files that it writes. The lines are {"percent": 40}, {"done": {…}} or {"refused": [code, message]}.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from pregonero.media.errors import FileTooLarge, UnusableFile
from pregonero.processes import signal_with_parent


def main() -> int:
    """Run the job and write its result, or why the file is refused."""
    job = json.load(sys.stdin)
    signal_with_parent(signal.SIGKILL)  # a conversion takes hours; its worker may be killed meanwhile
    if os.getppid() != job["parent"]:
        return 1  # it was killed before the line above
    _set_limit(resource.RLIMIT_AS, job["memory"])
    _set_limit(resource.RLIMIT_CPU, job["processor"])
    _set_limit(resource.RLIMIT_FSIZE, job["max_file"])
    try:
        result = _operation(job["operation"])(job)
    except UnusableFile as refusal:
        _write({"refused": [refusal.code, refusal.message]})
    except MemoryError:
        _write({"refused": [FileTooLarge.code, "El archivo pide más memoria de la que se le da: no se abrió."]})
    else:
        _write({"done": result})
    return 0


def _set_limit(limit: int, value: int) -> None:
    _soft, hard = resource.getrlimit(limit)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (allowed, hard))


def _operation(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the function of an operation. The decoders are imported here, after the limits are set."""
    from pregonero.media.sandbox import arms, document, image, inspect, pdf, thumbnails, video  # noqa: PLC0415

    def convert_video(job: dict[str, Any]) -> dict[str, Any]:
        return video.convert(job, lambda percent: _write({"percent": percent}))

    operations = {
        "inspect": inspect.inspect,
        "inspect document": document.inspect_document,
        "arms": arms.write_arms,
        "clean picture": image.clean,
        "clean video": video.clean,
        "pdf": pdf.inspect_pdf,
        "picture": image.convert,
        "thumbnails": thumbnails.write_thumbnails,
        "video": convert_video,
    }
    return operations[name]


def _write(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
