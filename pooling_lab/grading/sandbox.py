"""Processes that see no network, nobody else's files and a limited memory (Linux, bubblewrap).

`bubblewrap <https://github.com/containers/bubblewrap>`_ gives a process a file system and a network
of its own. A submission's kernel (`install`) has its own folder to write in, the rest of the
machine can only be read, and of the course folder (other submissions, the gradebook, the secret)
nothing is there. The process in which functions are called (`for_functions`) sees still less: of
all that is installed, NumPy; and nothing of this course, whose worked solutions could be called.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from .child import FORBIDDEN

NAME = "sandbox"
MEMORY = 4 * 2**30  # bytes of data for a kernel and what it starts
COURSE, SOCKETS = "POOLING_LAB_COURSE", "POOLING_LAB_SOCKETS"
BWRAP = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
ALONE = ("--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session")
TRIES = 3
TEMPORARY = Path("/tmp")
PACKAGE = Path(__file__).parents[1]


@functools.cache
def works(sockets: Path, course: Path) -> bool:
    """Tell whether a kernel and a process for functions can be started so on this machine."""
    if shutil.which("bwrap") is None:
        return False
    kernel = command("connection", str(course), str(sockets), str(sockets), connection="")
    functions = for_functions([sys.executable, "-I", "-c", "import numpy"], sockets, sockets)
    return all(map(_starts, ([*kernel, "--version"], functions)))


def _starts(command: list[str]) -> bool:
    """Tell whether a command runs through; on a machine that is out of breath, the third time."""
    tries = (subprocess.run(command, capture_output=True, check=False) for _ in range(TRIES))
    return any(one.returncode == 0 for one in tries)


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
    if not works(sockets, course):
        raise RuntimeError(
            "the sandbox needs bubblewrap (Debian, Ubuntu: apt install bubblewrap) and a system "
            "that lets it make namespaces; it said no here"
        )
    spec = sockets / "kernels" / NAME
    spec.mkdir(parents=True, exist_ok=True)
    # -P: what lies beside a submission is not found in place of the real thing.
    start = [sys.executable, "-P", "-m", __name__, "{connection_file}"]
    about = {"argv": start, "display_name": "Sandbox", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps({**about, "interrupt_mode": "message"}))
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(sockets), os.environ.get("JUPYTER_PATH")])
    )
    os.environ[COURSE], os.environ[SOCKETS] = str(course), str(sockets)
    return NAME


def command(
    connection_file: str, course: str, sockets: str, folder: str, *, connection: str | None = None
) -> list[str]:
    """Return the command that starts a kernel in ``folder`` and shows it nothing else."""
    writable = {Path(sockets), Path(folder)}
    if connection is None:
        writable.add(Path(connection_file))
    seen = _seen(hidden={TEMPORARY, Path(course)}, shown=_needed(), writable=writable)
    # Its parent is process 1 in there, which a kernel takes for a sign that nbgrader is gone.
    around = ["--unsetenv", "JPY_PARENT_PID", "--setenv", "HOME", "/tmp", "--chdir", folder]
    kernel = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", connection_file]
    return [*BWRAP, *seen, *around, *ALONE, *kernel]


def for_functions(
    plain: list[str], room: Path, folder: Path, allowed: Sequence[str] = ()
) -> list[str]:
    """Return the command that starts ``plain`` in ``folder`` and shows it as good as nothing.

    Parameters
    ----------
    plain
        The command by itself.
    room
        The folder with what it is made of.
    folder
        Where the submission lies.
    allowed
        Libraries beside NumPy that may be there.
    """
    packages = _packages()
    home = {Path.home()} - {Path("/")}
    hidden = {TEMPORARY, *home, *_of_the_course(), *packages}
    if allowed:  # what these need themselves is anybody's guess
        hidden -= packages
        hidden |= {p / n for p in packages for n in FORBIDDEN - {*allowed} if (p / n).is_dir()}
        shown = _needed() | packages
    else:
        numpy = Path(np.__file__).parent
        shown = _needed() | {numpy, numpy.with_name("numpy.libs")}
    seen = _seen(hidden, {one for one in shown if one not in hidden} | {room, folder}, set())
    return [*BWRAP, *seen, "--setenv", "HOME", "/tmp", "--chdir", str(folder), *ALONE, *plain]


def _seen(
    hidden: Collection[Path], shown: Collection[Path], writable: Collection[Path]
) -> list[str]:
    """Return bubblewrap's options; what lies deeper comes later, and so counts more."""
    steps: list[tuple[int, list[str]]] = [
        (len(one.parts), ["--tmpfs", str(one)]) for one in hidden if one.is_dir()
    ]
    for one in shown:
        if one.exists() and any(one.is_relative_to(above) for above in hidden):
            steps.append((len(one.parts), ["--ro-bind", str(one), str(one)]))
    steps += [(len(one.parts), ["--bind", str(one), str(one)]) for one in writable]
    return [option for _, options in sorted(steps, key=lambda s: s[0]) for option in options]


def _needed() -> set[Path]:
    """Return what Python and this package need, wherever that lies."""
    root = PACKAGE.parent
    own = root if (root / "pyproject.toml").exists() else PACKAGE
    interpreter = Path(sys.executable).resolve().parents[1]
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), interpreter} - {Path("/"), Path("/usr")}
    return {*prefixes, own}


def _of_the_course() -> set[Path]:
    """Return where the course lies: a clone with all that is in it, or the package alone."""
    root = PACKAGE.parent
    return {root} if (root / "pyproject.toml").exists() else {PACKAGE}


def _packages() -> set[Path]:
    names = [*site.getsitepackages(), site.getusersitepackages()]
    names += [sysconfig.get_path(one) for one in ("purelib", "platlib")]
    return {Path(one) for one in names if Path(one).is_dir()}


def main(connection_file: str, *options: str) -> None:
    """Become the kernel."""
    import resource

    course, sockets = os.environ.pop(COURSE), os.environ.pop(SOCKETS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    start = command(connection_file, course, sockets, str(Path.cwd()))
    os.execvp(start[0], [*start, *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
