"""What whoever looks after the installation is told."""

import json
import subprocess
import sys

from tests.stage import ROOT, Workers


def doctor(workers: Workers) -> dict[str, str]:
    """Return what the doctor says of each thing, asked where the workers are."""
    command = [sys.executable, "-m", "pregonero", "doctor", "--json"]
    asked = subprocess.run(command, cwd=ROOT, env=workers.environment, capture_output=True, text=True, check=False)
    return {each["name"]: f"{each['sentence']} {each['remedy']}" for each in json.loads(asked.stdout)["checks"]}
