"""The lab's process: start, options and end."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab.process import ROOT, ApiClient, start


def test_lab_stops_while_calls_are_held(tmp_path: Path) -> None:
    lab = start(tmp_path)
    x = ApiClient(lab, lab.account("x"))
    lab.fault(kind="hold_before", network="x")

    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(x.http.post, "/2/tweets", json={"text": str(n)}) for n in range(3)]
        assert lab.client.get("/faults", params={"wait_held": 3}).json()["held"] == 3
        lab.stop()
        assert all(call.exception(timeout=60) for call in waiting)


def test_demo_accounts_have_their_base_url(tmp_path: Path) -> None:
    lab = start(tmp_path)

    accounts = lab.client.get("/accounts.json").json()["accounts"]
    lab.stop()

    assert [account["network"] for account in accounts] == ["x", "facebook", "instagram", "youtube", "mastodon"]
    assert accounts[1]["base_url"] == f"{lab.url}/graph"


def test_accounts_option_loads_a_file(tmp_path: Path) -> None:
    seed = tmp_path / "cuentas.json"
    seed.write_text(json.dumps([{"network": "x", "id": "5", "handle": "otra", "token": "t5"}]))
    command = [sys.executable, "-m", "lab", "--port", "0", "--data", str(tmp_path / "d"), "--accounts", str(seed)]

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(timeout=60) == 0

    assert ready["event"] == "lab.ready"


def test_lab_imports_nothing_of_the_product() -> None:
    script = "import sys, lab.server; print([name for name in sys.modules if name.startswith('pregonero')])"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"
