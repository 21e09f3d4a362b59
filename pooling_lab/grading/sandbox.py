"""A kernel that sees no network, nobody else's files and a limited memory (Linux, bubblewrap).

``nbgrader_config.py`` offers it. `bubblewrap <https://github.com/containers/bubblewrap>`_ gives a
process a file system and a network of its own. The submission's folder stays writable, the rest of
the machine can only be read, and of the course folder (other submissions, the gradebook, the
secret) nothing is there.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

NAME = "sandbox"
MEMORY = 4 * 2**30  # bytes of data for a kernel and what it starts
COURSE, SOCKETS = "POOLING_LAB_COURSE", "POOLING_LAB_SOCKETS"
BWRAP = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
ALONE = ("--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session")


def works() -> bool:
    """Tell whether this machine has bubblewrap and lets it do its work."""
    if shutil.which("bwrap") is None:
        return False
    tried = subprocess.run([*BWRAP, *ALONE, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def install(sockets: Path, course: Path) -> str:
    """Make a kernel of this kind known to nbgrader in this process; return its name.

    Parameters
    ----------
    sockets
        The folder through which nbgrader and the kernel talk.
    course
        The course folder, which the kernel does not get to see.

    Raises
    ------
    RuntimeError
        If bubblewrap is missing or may not do its work here.
    """
    if not works():
        raise RuntimeError(
            "the sandbox needs bubblewrap (Debian, Ubuntu: apt install bubblewrap) and a system "
            "that lets it make namespaces; it said no here"
        )
    spec = sockets / "kernels" / NAME
    spec.mkdir(parents=True, exist_ok=True)
    start = [sys.executable, "-m", __name__, "{connection_file}"]
    about = {"argv": start, "display_name": "Sandbox", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps({**about, "interrupt_mode": "message"}))
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(sockets), os.environ.get("JUPYTER_PATH")])
    )
    os.environ[COURSE], os.environ[SOCKETS] = str(course), str(sockets)
    return NAME


def command(connection_file: str, course: str, sockets: str, folder: str) -> list[str]:
    """Return the command that starts a kernel in ``folder`` and shows it nothing else."""
    shown = ["--tmpfs", "/tmp", "--tmpfs", course]
    for writable in (sockets, folder, connection_file):
        shown += ["--bind", writable, writable]
    # Its parent is process 1 in there, which a kernel takes for a sign that nbgrader is gone.
    around = ["--unsetenv", "JPY_PARENT_PID", "--setenv", "HOME", "/tmp", "--chdir", folder]
    kernel = [sys.executable, "-m", "ipykernel_launcher", "-f", connection_file]
    return [*BWRAP, *shown, *around, *ALONE, *kernel]


def main(connection_file: str, *options: str) -> None:
    """Become the kernel."""
    course, sockets = os.environ.pop(COURSE), os.environ.pop(SOCKETS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    start = command(connection_file, course, sockets, str(Path.cwd()))
    os.execvp(start[0], [*start, *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
