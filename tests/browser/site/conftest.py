"""The built site, served on loopback. It is built once for all tests of this folder."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WEBSITE = ROOT / "website"
sys.path.insert(0, str(WEBSITE))


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    subprocess.run([sys.executable, WEBSITE / "build.py"], cwd=ROOT, check=True)
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
