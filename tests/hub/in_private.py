"""Run the hub's tests on a machine of their own: root's, with nobody on it, gone afterwards.

    python tests/hub/in_private.py [pytest's arguments]

bubblewrap makes a private view of this machine: its programs can be read; accounts, homes, /srv,
/opt, /tmp and the network (a loopback) are new and empty. So the hub's configuration is run as it
stands, on its own ports, with real accounts and their passwords, and nothing of this machine
changes. The course is installed there from its wheel, as an instructor installs it for everybody.

Where this cannot be, it says why and ends well; where ``CI`` is set, it fails.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import driving
import installed

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
NEW = ("/home", "/root", "/opt", "/srv", "/mnt", "/media", "/run", "/var/mail", "/var/log")
# The tests' own environment is also found here, which no sandbox hides, wherever the clone lies.
TESTS_OWN = "/opt/tests-own"
# What is bound read-only: the rest of what a system has.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/var", "/sys")


def why_not() -> str:
    """Return what this machine lacks; empty if it is all there."""
    if sys.platform != "linux":
        return "the hub is for Linux"
    if os.geteuid() != 0:
        return "only root can make accounts and start a server as somebody else"
    for name in ("bwrap", "npm", "node", "useradd", "openssl"):
        if shutil.which(name) is None:
            return f"{name} is not on the PATH"
    tried = subprocess.run(
        ["bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true"],
        capture_output=True,
        text=True,
    )
    if tried.returncode:
        return f"bubblewrap cannot make a private view here: {tried.stderr.strip()}"
    closed = [one for one in (Path(installed.SITE), ROOT / "hub") if not _open_to_all(one)]
    if closed:
        return f"other users could not read {closed[0]}: it was made with a strict umask"
    return ""


def _open_to_all(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IROTH and folder.stat().st_mode & stat.S_IXOTH)


def needed() -> list[Path]:
    """Return what else is to be seen: this clone and its Python, node, a browser."""
    browser = next((one.get("executable_path") for one in driving.browsers()), None)
    programs = [shutil.which("node"), browser]
    places = [Path(one).resolve().parents[1] for one in programs if one]
    downloaded = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~root/.cache/ms-playwright")
    playwrights = Path(downloaded).expanduser()
    places += [ROOT, Path(sys.prefix), Path(sys.base_prefix).resolve(), playwrights]
    return [one for one in places if one.exists() and not one.is_relative_to("/usr")]


def view(scratch: Path) -> list[str]:
    """Return bubblewrap's options."""
    shutil.copytree("/etc", scratch / "etc", symlinks=True)
    options = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    options += ["--hostname", "localhost", "--die-with-parent", "--cap-add", "ALL"]
    for one in SYSTEM:
        if Path(one).is_symlink():
            options += ["--symlink", os.readlink(one), one]
        elif Path(one).exists():
            options += ["--ro-bind", one, one]
    options += ["--proc", "/proc", "--dev", "/dev", "--bind", str(scratch / "etc"), "/etc"]
    for number, one in enumerate(NEW):
        folder = scratch / f"new-{number}"
        folder.mkdir()
        options += ["--bind", str(folder), one]
    for one in ("/tmp", "/var/tmp", "/dev/shm"):
        folder = scratch / one.strip("/").replace("/", "-")
        folder.mkdir()
        folder.chmod(0o1777)
        options += ["--bind", str(folder), one]
    for one in needed():
        for above in reversed(one.parents[:-1]):  # bubblewrap's own would be root's alone
            options += ["--perms", "0755", "--dir", str(above)]
        options += ["--ro-bind", str(one), str(one)]
    options += ["--ro-bind", sys.prefix, TESTS_OWN]
    shots = driving.HERE / "screenshots"  # of what a failed test saw
    shots.mkdir(exist_ok=True)
    return [*options, "--bind", str(shots), str(shots), "--chdir", str(ROOT)]


def main(arguments: list[str]) -> int:
    """Run pytest in the private view, and return its exit code."""
    reason = why_not()
    if reason:
        print(f"The hub's tests are skipped: {reason}.", file=sys.stderr)
        return int(os.environ.get("CI", "").lower() not in ("", "0", "false"))
    if not (HUB / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HUB, check=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays behind then
    with tempfile.TemporaryDirectory(prefix="pooling-hub-") as name:
        here = {**os.environ, "HOME": "/root", "TMPDIR": "/tmp", "POOLING_HUB_PRIVATE": "1"}
        # A list of processes that nothing covers: the sandbox that grading makes needs one.
        first = ["sh", "-c", 'mount -t proc proc /proc && exec "$@"', "sh"]
        command = ["bwrap", *view(Path(name)), *first, sys.executable, "-m", "pytest", "tests/hub"]
        command += ["-o", "addopts=--strict-markers --strict-config -ra", "-p", "no:cacheprovider"]
        return subprocess.run([*command, *arguments], env=here).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
