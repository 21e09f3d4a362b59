"""The built site, served on loopback. It is built once for all tests of this folder."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import driving
import pytest

ROOT = Path(__file__).resolve().parents[3]
WEBSITE = ROOT / "website"
sys.path.insert(0, str(WEBSITE))


@pytest.fixture(scope="session")
def html(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """The folder of the built site; of several processes one builds, the others wait for it."""
    folder = tmp_path_factory.getbasetemp().parent / f"site-{testrun_uid}"
    driving.run_once([sys.executable, str(WEBSITE / "build.py")], cwd=ROOT, folder=folder)
    return WEBSITE / "_build" / "html"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the built site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
