"""Firefox by WebDriver BiDi, WebKitGTK by WebDriver: what comes with these browsers is enough.

Both open a page, evaluate an expression in it, press keys and drag with the mouse. Everything
runs on this machine only.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

Point = tuple[float, float]
PATIENCE = 120  # seconds: a busy machine is slow
KEYS = {"ArrowRight": "\ue014", "ArrowDown": "\ue015", "End": "\ue010", "Enter": "\ue007"}
MINI_BROWSER = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))


class Missing(Exception):
    """The browser is not installed; the text says what to install."""


class Driven:
    """A browser that is driven: what both have in common."""

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of the page, awaited."""
        raise NotImplementedError

    def act(self, actions: list[dict[str, Any]]) -> None:
        """Do what WebDriver's actions say."""
        raise NotImplementedError

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise AssertionError(f"this did not come true: {expression}")
            time.sleep(0.1)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        typed = [KEYS.get(key, key) for key in keys]
        steps = [{"type": kind, "value": key} for key in typed for kind in ("keyDown", "keyUp")]
        self.act([{"type": "key", "id": "keyboard", "actions": steps}])

    def drag(self, start: Point, end: Point) -> None:
        """Press the mouse at one place and let it go at another."""
        steps_of = [k / 4 for k in range(5)]
        places = [[a + (b - a) * k for a, b in zip(start, end, strict=True)] for k in steps_of]
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 50} for x, y in places
        ]
        steps = [
            moves[0],
            {"type": "pointerDown", "button": 0},
            *moves[1:],
            {"type": "pointerUp", "button": 0},
        ]
        self.act([{"type": "pointer", "id": "mouse", "actions": steps}])


class Firefox(Driven):
    """Firefox, spoken to over its BiDi socket."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(
            f"{address}/session", timeout=PATIENCE, suppress_origin=True
        )
        self.numbers = itertools.count(1)
        self.ask("session.new", capabilities={})
        self.context = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **parameters: Any) -> Any:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass  # an event
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def open(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        result = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify({expression}))()",
            target={"context": self.context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"].get("value", "null"))

    def act(self, actions: list[dict[str, Any]]) -> None:
        self.ask("input.performActions", context=self.context, actions=actions)


class WebKit(Driven):
    """WebKitGTK's MiniBrowser, spoken to over WebKitWebDriver."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        options = {"binary": str(MINI_BROWSER[-1]), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self.session = self.ask("session", capabilities=wanted)["sessionId"]

    def ask(self, path: str, method: str = "POST", **parameters: Any) -> Any:
        request = urllib.request.Request(
            f"{self.address}/{path}",
            method=method,
            data=json.dumps(parameters).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())["value"]

    def open(self, url: str) -> None:
        self.ask(f"session/{self.session}/url", url=url)

    def evaluate(self, expression: str) -> Any:
        script = f"const done = arguments[0]; (async () => {expression})().then(done)"
        return self.ask(f"session/{self.session}/execute/async", script=script, args=[])

    def act(self, actions: list[dict[str, Any]]) -> None:
        self.ask(f"session/{self.session}/actions", actions=actions)

    def close(self) -> None:
        self.ask(f"session/{self.session}", method="DELETE")


@contextmanager
def firefox(place: Path) -> Iterator[Firefox]:
    """Run Firefox without a window, with a profile of its own."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise Missing("Firefox is not on the PATH (Debian: firefox-esr)")
    command = [program, "--headless", "--no-remote", "--profile", str(place)]
    environment = {**os.environ, "HOME": str(place), "MOZ_CRASHREPORTER_DISABLE": "1"}
    log = place / "firefox.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--remote-debugging-port=0"], env=environment, stdout=output, stderr=output
        )
    try:
        driven = Firefox(_told(log, r"WebDriver BiDi listening on (ws://\S+)"))
        try:
            yield driven
        finally:
            driven.socket.close()
    finally:
        _end(process)


def _told(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while not (found := re.search(pattern, log.read_text())):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Firefox did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
    return found[1]


@contextmanager
def webkit(place: Path) -> Iterator[WebKit]:
    """Run WebKitGTK's browser, on a screen that nobody sees where there is none."""
    program = shutil.which("WebKitWebDriver")
    if program is None or not MINI_BROWSER:
        raise Missing("WebKitGTK is not installed (Debian: webkit2gtk-driver)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [program, f"--port={port}"]
    if not os.environ.get("DISPLAY"):
        if shutil.which("xvfb-run") is None:
            raise Missing("xvfb-run is not on the PATH (Debian: xvfb)")
        command = ["xvfb-run", "-a", *command]
    environment = {
        **os.environ,
        "HOME": str(place),
        "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # a page of our own, and CI is root
    }
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        driven = WebKit(port)
        try:
            yield driven
        finally:
            driven.close()
    finally:
        os.killpg(process.pid, 15)  # xvfb-run's children too
        process.wait(15)


def _wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("WebKitWebDriver did not start") from None
            time.sleep(0.1)


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
