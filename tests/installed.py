"""Environments in which the wheel is installed as anybody would have it: no clone, no network."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(sysconfig.get_path("purelib"))


class Environment(NamedTuple):
    """A Python with the wheel in it."""

    folder: Path

    @property
    def binaries(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.binaries / ("python.exe" if os.name == "nt" else "python")

    @property
    def site(self) -> Path:
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(self.run("-c", asked, cwd=self.folder).stdout.strip())

    def variables(self) -> dict[str, str]:
        """Return an environment without a clone's own: its path, and Jupyter's shared files."""
        shared = Path(sys.prefix) / "share" / "jupyter"
        path = os.pathsep.join([str(self.binaries), os.environ.get("PATH", "")])
        here = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return here | {
            "PATH": path,
            "JUPYTER_PATH": str(shared),
            "JUPYTERLAB_DIR": str(shared / "lab"),
            "JUPYTER_CONFIG_PATH": str(Path(sys.prefix) / "etc" / "jupyter"),
            "PYTHONIOENCODING": "utf-8",
        }

    def run(self, *words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run this Python; the exit code must be ``code``."""
        return self._run([str(self.python), *words], cwd, code)

    def command(self, *words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the console script ``pooling-lab``."""
        return self._run([str(self.binaries / "pooling-lab"), *words], cwd, code)

    def _run(self, command: list[str], cwd: Path, code: int) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.variables(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this clone, without an environment of its own for the builder."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path, shared: str, site: Path = SITE) -> Environment:
    """Install the wheel alone; ``shared`` is what else is there, of the packages in ``site``.

    ``"numpy"`` links NumPy and nothing else; ``"everything"`` looks for packages where these tests
    have theirs. That directory's own ``.pth`` files, and so the clone, stay out of sight.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    environment = Environment(folder)
    if shared == "everything":
        (environment.site / "shared.pth").write_text(f"{site}\n", encoding="utf-8")
    else:
        for part in (*site.glob("numpy"), *site.glob("numpy.libs"), *site.glob("numpy-*")):
            (environment.site / part.name).symlink_to(part)
    pip = [sys.executable, "-m", "pip", "--python", str(environment.python)]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)],
        check=True,
        capture_output=True,
    )
    return environment
