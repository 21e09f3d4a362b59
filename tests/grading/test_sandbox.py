"""In the sandbox a submission is graded as ever, and reaches nothing that is not its own."""

import socket
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
