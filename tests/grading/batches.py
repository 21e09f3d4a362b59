"""Make a course, hand in one notebook for each student, and have nbgrader grade them."""

from pathlib import Path

import nbformat

from pooling_lab.grading import release, submitting

HERE = Path(__file__).parents[2] / "notebooks" / "assignments"
TIMEOUT = 12  # seconds a cell may take


class Batch:
    """One assignment of a new course, handed out."""

    def __init__(self, folder, assignment):
        self.course, self.assignment = release.new_course(HERE, folder), assignment
        (self.source,) = (self.course / "source" / assignment).glob("*.ipynb")
        self.released = release.release(self.course, self.source)
        self.right = submitting.answers_in(nbformat.read(self.source, 4))

    def hand_in(self, student, answers, change=lambda notebook: None, spoil=lambda data: data):
        """Hand in a notebook with these answers, after ``change`` and ``spoil`` have been at it.

        ``change`` gets the notebook, ``spoil`` the bytes of its file.
        """
        notebook = submitting.filled(nbformat.read(self.released, 4), answers)
        change(notebook)
        path = submitting.hand_in(notebook, self.course, student, self.released)
        path.write_bytes(spoil(path.read_bytes()))
        return path

    def grade(self):
        """Grade what was handed in; return the points, and what nbgrader said."""
        said = release.nbgrader(
            self.course, "autograde", self.assignment, f"--Execute.timeout={TIMEOUT}", check=False
        )
        return release.points(self.course, self.assignment), said

    def graded(self, student):
        """Return a graded notebook."""
        path = self.course / "autograded" / student / self.assignment / self.released.name
        return nbformat.read(path, 4)


def cell_of(notebook, name):
    """Return the cell that nbgrader knows by this name."""
    marks = ((cell.metadata.get("nbgrader", {}), cell) for cell in notebook.cells)
    return next(cell for mark, cell in marks if mark.get("grade_id") == name)
