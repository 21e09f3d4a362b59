"""An empty server, made ready as hub/README.md says; `in_private.py` gives it its place."""

from __future__ import annotations

import csv
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from ssl import create_default_context
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).parents[2] / "hub"))
import driving
import installed
from in_private import TESTS_OWN
from people import system_name

if os.environ.get("POOLING_HUB_PRIVATE") != "1":
    raise pytest.UsageError("these tests make accounts: run them by `make test-hub`, nowhere else")

ROOT = Path(__file__).resolve().parents[2]
HUB, PREFIX, STATE = ROOT / "hub", Path("/opt/pooling"), Path("/srv/pooling")
PYTHON = str(PREFIX / "bin" / "python")
CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
    "-addext subjectAltName=DNS:localhost "
    f"-keyout {STATE}/tls/key.pem -out {STATE}/tls/cert.pem"
)
COURSES = """
admins = []

[courses.pooling]
instructors = ["grace"]
students = ["ada", "cy"]

[courses.elsewhere]
instructors = ["hedy"]
students = ["hedy"]
"""


def run(
    *command: str, by: str = "root", cwd: Path | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody; what it said is in the failure."""
    account = pwd.getpwnam(by)
    ran = subprocess.run(
        command,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=os.getgrouplist(by, account.pw_gid),
        cwd=cwd or account.pw_dir,
        env={"HOME": account.pw_dir, "USER": by, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    said = f"{command}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    assert not check or ran.returncode == 0, said
    return ran


def install_course() -> None:
    """Install the wheel into /opt/pooling; what it needs is taken from the tests' environment."""
    wheel = installed.build_wheel(Path("/tmp"))
    old = Path(TESTS_OWN)
    packages = old / installed.SITE.relative_to(sys.prefix)
    environment = installed.make_environment(PREFIX, wheel, "numpy", packages)
    for package in packages.iterdir():
        ours = "pooling_lab" in package.name  # of the clone; the wheel brings its own
        if not ours and not (environment.site / package.name).exists():
            (environment.site / package.name).symlink_to(package)
    (PREFIX / "share").symlink_to(old / "share")
    shutil.copytree(old / "etc", PREFIX / "etc")
    for script in (old / "bin").iterdir():  # as pip would have written them
        if script.is_file() and not script.is_symlink() and not script.name.startswith("python"):
            text = script.read_bytes()
            first, _, rest = text.partition(b"\n")
            if b"python" in first and not (PREFIX / "bin" / script.name).exists():
                copy = environment.binaries / script.name
                copy.write_bytes(b"#!" + PYTHON.encode() + b"\n" + rest)
                copy.chmod(0o755)


class Hub:
    """The hub, and the passwords of those who use it."""

    address = "https://localhost"
    log = Path("/var/log/hub.log")

    def __init__(self, passwords: dict[str, str]) -> None:
        self.passwords = passwords

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("a") as file:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "jupyterhub", "-f", str(HUB / "jupyterhub_config.py")],
                cwd=STATE / "hub",
                stdout=file,
                stderr=file,
                env={"PATH": f"{PREFIX}/bin:{os.environ['PATH']}", "HOME": "/root"},
            )
        trust = create_default_context(cafile=STATE / "tls" / "cert.pem")
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.address}/hub/api", timeout=5, context=trust).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()[-5000:]
                time.sleep(0.5)
        pytest.fail(self.log.read_text()[-5000:])

    def stop(self) -> None:
        """Stop it; the servers of its users go on."""
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture(scope="session")
def server() -> dict[str, str]:
    """A server on which the course is installed and everybody has an account; the passwords."""
    install_course()
    run("useradd", "--create-home", "ada")  # an account of the server's own, with an open home
    subprocess.run(["chpasswd"], input="ada:her own", text=True, check=True)
    STATE.mkdir()
    (STATE / "courses.toml").write_text(COURSES)
    run(PYTHON, str(HUB / "set_up.py"))
    run(*CERTIFICATE.split())
    with (STATE / "passwords.csv").open() as file:
        return {"ada": "her own", **dict(csv.reader(file))}


@pytest.fixture(scope="session")
def hub(server: dict[str, str]) -> Iterator[Hub]:
    """The hub with the configuration as it stands, on https://localhost."""
    started = Hub(server)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        started = driving.start_browser(playwright)
        yield started
        started.close()


class Server(driving.Lab):
    """Somebody's server on the hub, asked with the cookies of a person's browser."""

    def __init__(self, person: Person, home: Path) -> None:
        self.person, self.folder = person, home
        self.origin = f"{person.hub.address}/user/{person.login}"

    def request(self, method: str, path: str) -> Any:
        """Ask the server's REST interface."""
        return self.person.context.request.fetch(f"{self.origin}/api/{path}", method=method).json()

    def address(self, name: str) -> str:
        """Return where a notebook opens."""
        return f"{self.origin}/lab/tree/{name}?reset"


class Person:
    """Somebody in front of a browser of their own."""

    def __init__(self, hub: Hub, browser: Browser, login: str) -> None:
        self.hub, self.login = hub, login
        self.context = browser.new_context(ignore_https_errors=True, viewport=driving.WINDOW)
        self.context.set_default_timeout(120_000)
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        """Follow a link of the hub, and sign in where it asks for that."""
        self.page.goto(self.hub.address + path)
        if "/hub/login" in self.page.url:
            self.sign_in(self.hub.passwords[self.login])
        return self.page

    def open_course(self, course: str) -> Page:
        """Start the server of a course that one teaches, and allow it to know who one is."""
        page = self.open(f"/hub/spawn/grader-{course}")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url(f"**/user/grader-{course}/lab**")
        return page

    def refusal(self, path: str) -> str:
        """Follow a link that is somebody else's, and return how the hub answers."""
        self.open(path)
        heading = self.page.locator("h1")
        expect(heading).to_contain_text(re.compile(r"^\d\d\d :"))
        return heading.inner_text()[:3]

    def notebook(self, name: str) -> driving.Notebook:
        """Open a notebook of one's own; the server runs."""
        account = system_name(self.login, own_accounts=True)
        return driving.Notebook(self.page, Server(self, Path("/home", account)), name)

    def sign_in(self, password: str) -> None:
        """Fill in the form that is shown."""
        self.page.locator("#username_input").fill(self.login)
        self.page.locator("#password_input").fill(password)
        self.page.locator("#login_submit").click()


@pytest.fixture(scope="session")
def people(hub: Hub, browser: Browser) -> Iterator[dict[str, Person]]:
    """An instructor, two students, and somebody of another course."""
    found = {login: Person(hub, browser, login) for login in ("grace", "ada", "cy", "hedy")}
    yield found
    for one in found.values():
        one.context.close()
