"""Processes that see no network, nobody else's files and a limited memory (Linux, bubblewrap).

`bubblewrap <https://github.com/containers/bubblewrap>`_ gives a process a file system and a network
of its own. A submission's kernel (`install`) has its own folder to write in, the rest of the
machine can only be read, and of the course folder (other submissions, the gradebook, the secret)
nothing is there. The process in which functions are called (`for_functions`) sees still less: of
all that is installed, NumPy; and nothing of this course, whose worked solutions could be called.

    python -m pooling_lab.grading.sandbox      what of this holds on this machine
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
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from . import start_kernel
from .child import FORBIDDEN

NAME = "sandbox"
PROCESSES = 512  # of one submission at a time, threads included
SOCKETS = "sockets"  # the only folder of nbgrader's process in which a kernel may write
BWRAP = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
ALONE = ("--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session")
TRIES = 3
TEMPORARY = Path("/tmp")
PACKAGE = Path(__file__).parents[1]


@functools.cache
def works(scratch: Path, course: Path) -> bool:
    """Tell whether a kernel and a process for functions can be started so on this machine."""
    if shutil.which("bwrap") is None:
        return False
    (scratch / SOCKETS).mkdir(exist_ok=True)
    kernel = [*start_kernel.here(_kernel(scratch, course), "", str(scratch)), "--version"]
    functions = for_functions([sys.executable, "-I", "-c", "import numpy"], scratch, scratch)
    return all(map(_starts, (kernel, functions)))


def _starts(command: list[str]) -> bool:
    """Tell whether a command runs through; on a machine that is out of breath, the third time."""
    tries = (subprocess.run(command, capture_output=True, check=False) for _ in range(TRIES))
    return any(one.returncode == 0 for one in tries)


@functools.cache
def limited() -> tuple[str, ...]:
    """Return what stands before a command that may have so many processes, and no more.

    It is empty where Linux does not count them: for root (in most containers), and where a user's
    other processes would count as well (before Linux 5.14).
    """
    counted = not _runs_through(flood(40, most=20)) and _runs_through(flood(8, most=20))
    return _at_most(PROCESSES) if counted else ()


def flood(count: int, most: int) -> list[str]:
    """Return a command that fails when it may not have ``count`` processes, of ``most``."""
    forks = f"i=0; while [ $i -lt {count} ]; do sleep 5 & i=$((i + 1)); done"
    return [*BWRAP, *ALONE, "--", *_at_most(most), "sh", "-c", forks]


def _at_most(processes: int) -> tuple[str, ...]:
    # Within bubblewrap, where Linux begins to count anew.
    return ("prlimit", f"--nproc={processes}")


def _runs_through(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def install(scratch: Path, course: Path) -> str:
    """Make a kernel of this kind known to nbgrader in this process; return its name.

    Parameters
    ----------
    scratch
        A folder of nbgrader's process. The kernels see it and can write in ``sockets`` in there,
        through which both talk.
    course
        The course folder, which the kernel does not get to see.

    Raises
    ------
    RuntimeError
        If bubblewrap is missing or may not do its work here.
    """
    if not works(scratch, course):
        raise RuntimeError(
            "the sandbox needs bubblewrap (Debian, Ubuntu: apt install bubblewrap) and a system "
            "that lets it make namespaces; it said no here"
        )
    spec = scratch / "kernels" / NAME
    spec.mkdir(parents=True, exist_ok=True)
    kernel = [*_kernel(scratch, course), "-f", "{connection_file}"]
    start = [sys.executable, "-I", start_kernel.__file__, "{connection_file}", *kernel]
    about = {"argv": start, "display_name": "Sandbox", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps({**about, "interrupt_mode": "message"}))
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(scratch), os.environ.get("JUPYTER_PATH")])
    )
    return NAME


def _kernel(scratch: Path, course: Path) -> list[str]:
    """Return the command that starts a kernel and shows it nothing else; see `start_kernel`."""
    seen = _seen({TEMPORARY, course}, {*_needed(), scratch}, {scratch / SOCKETS})
    # Its parent is process 1 in there, which a kernel takes for a sign that nbgrader is gone.
    around = ["--unsetenv", "JPY_PARENT_PID", "--setenv", "HOME", "/tmp"]
    # -P: what lies beside a submission is not found in place of the real thing.
    kernel = [sys.executable, "-P", "-m", "ipykernel_launcher"]
    return [*BWRAP, *seen, *around, *ALONE, "--", *limited(), *kernel]


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
    around = ["--setenv", "HOME", "/tmp", "--chdir", str(folder)]
    return [*BWRAP, *seen, *around, *ALONE, "--", *limited(), *plain]


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


def main() -> None:
    """Print what holds on this machine."""
    with tempfile.TemporaryDirectory(prefix="pooling-") as scratch:
        there = works(Path(scratch), Path.cwd())
    print(f"sandbox: {'works' if there else 'does not work; submissions run as you'}")
    if there:
        counted = f"at most {PROCESSES}" if limited() else "not limited (root, or an old Linux)"
        print(f"network: none\nmemory: 4 GiB for each process\nprocesses: {counted}")


if __name__ == "__main__":
    main()
