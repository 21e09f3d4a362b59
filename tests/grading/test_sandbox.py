"""In the sandbox a submission is graded as ever, and reaches nothing that is not its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from batches import HERE, Batch

sandbox = pytest.importorskip("pooling_lab.grading.sandbox", reason="there is none on Windows")
WORKS = sandbox.works(Path(tempfile.mkdtemp()), HERE)
pytestmark = pytest.mark.skipif(not WORKS, reason="no bubblewrap that may do its work")

ASSIGNMENT = "3-gradients-and-properties"
SPIES = """
import os, pathlib, socket

found = []
course = pathlib.Path.cwd().parents[2]
for secret in ("secret.txt", "gradebook.db", "submitted/somebody", "autograded/somebody"):
    if (course / secret).exists():
        found.append(secret)
try:
    socket.create_connection(("127.0.0.1", PORT), timeout=2)
    found.append("network")
except OSError:
    pass
try:
    (pathlib.Path(os.__file__).parent / "pooling_was_here").write_text("")
    found.append("writes elsewhere")
except OSError:
    pass
for name in ("PYTHONPATH", "JUPYTER_PATH"):  # what the next kernel is made of
    for place in filter(None, os.environ.get(name, "").split(os.pathsep)):
        for one in [pathlib.Path(place), *pathlib.Path(place).rglob("*")]:
            try:
                if one.is_dir() and one.name != "sockets":
                    (one / "pooling_was_here").write_text("")
                    found.append(f"writes into {one}")
                elif one.is_file():
                    one.open("a").close()
                    found.append(f"writes to {one}")
            except OSError:
                pass
try:
    with open("large", "wb") as file:
        file.truncate(2**31)  # holes only
    found.append("a large file")
except OSError:
    pass
try:
    held = bytearray(6 * 2**30)
    found.append("memory")
except MemoryError:
    pass
assert not found, found
"""
ENDLESS = "while True:\n    pass"


def grade(folder, sandboxed):
    """Grade an honest submission, a spy and an endless loop; return points, and what was said."""
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOLING_LAB_SANDBOX", "1" if sandboxed else "0")
        batch = Batch(folder, ASSIGNMENT)
        spy = SPIES.replace("PORT", str(server.getsockname()[1]))
        broken = batch.right["answer-break-it"]
        batch.hand_in("somebody", batch.right)
        batch.hand_in("spy", batch.right | {"answer-break-it": spy + broken})
        batch.hand_in("endless", batch.right | {"answer-break-it": ENDLESS})
        points, said = batch.grade()
    return {who: sum(filter(None, given.values())) for who, given in points.items()}, said


def test_a_sandboxed_kernel_reaches_nothing_and_is_graded_as_ever(tmp_path):
    points, said = grade(tmp_path / "course", sandboxed=True)
    assert points == {"somebody": 26, "spy": 26, "endless": 21}, said


def test_without_the_sandbox_the_spy_finds_something(tmp_path):
    points, said = grade(tmp_path / "course", sandboxed=False)
    assert points == {"somebody": 26, "spy": 21, "endless": 21}, said


# Linux does not count root's processes, and in most containers everybody is root.
ORDINARY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def as_somebody(command):
    """Run a command as an ordinary user, whoever runs the tests; return whether it ran through."""
    before = [] if os.getuid() else ORDINARY
    return subprocess.run([*before, *command], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not os.getuid() and not shutil.which("setpriv"), reason="root, no setpriv")
@pytest.mark.parametrize(("count", "runs"), [(8, True), (30, False), (60, False)])
def test_processes_are_counted_within_the_sandbox_and_no_others(count, runs):
    assert as_somebody(sandbox.flood(count, most=20)) is runs


@pytest.mark.parametrize("root", [True, False])
def test_what_is_started_is_limited_where_that_works(root, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_runs_through", lambda flood: root or "-lt 8" in flood[-1])
    sandbox.limited.cache_clear()
    try:
        expected = () if root else ("prlimit", f"--nproc={sandbox.PROCESSES}")
        assert sandbox.limited() == expected
        command = sandbox.for_functions(["python"], tmp_path, tmp_path)
        assert command[command.index("--") + 1 :] == [*expected, "python"]
    finally:
        sandbox.limited.cache_clear()
