"""Prints on standard error what a command is doing and how long it has run, for machines where it takes long."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

STILL_SECONDS = 10.0  # between two lines about the same step


class Progress:
    """The steps of a command, one line each: minutes and seconds since the start, and the step."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, sentence: str) -> None:
        """Print a sentence with the time."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        print(f"  {minutes}:{seconds:02}  {sentence}", file=sys.stderr, flush=True)

    @contextmanager
    def step(self, sentence: str) -> Iterator[None]:
        """Print the sentence, and again every `STILL_SECONDS` until the block ends."""
        self.say(f"{sentence}…")
        done = threading.Event()
        thread = threading.Thread(target=self._repeat, args=(sentence, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _repeat(self, sentence: str, done: threading.Event) -> None:
        while not done.wait(STILL_SECONDS):
            self.say(f"{sentence}: sigue, este equipo va despacio…")
