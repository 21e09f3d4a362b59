"""The steps that `nbgrader_config.py` puts into nbgrader's own, in the order in which they come.

`set_aside` leaves only plain files beside a notebook, `CleanExporter` makes a clean notebook of the
file, `RunOn` runs it, `Quieten` takes from it what is live, `Judge` decides about every test,
`SaveGrades` writes that into the gradebook.
"""

from .clean_exporter import CleanExporter
from .execute import RunOn, scratch, sockets
from .judge import Judge
from .quieten import Quieten
from .save_grades import SaveGrades
from .tidy import set_aside

__all__ = [
    "CleanExporter",
    "Judge",
    "Quieten",
    "RunOn",
    "SaveGrades",
    "scratch",
    "set_aside",
    "sockets",
]
