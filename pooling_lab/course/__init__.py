"""The student's side of the course: own copies of the lessons, and a check of the set-up.

The course's lessons stay as they are; you work on copies in a folder of your own, so an update
never meets your work. A copy is replaced only while you have not touched it.
"""

from pooling_lab.course.checking import check_setup, faults
from pooling_lab.course.copies import copy_lessons, last_worked_on, reset
from pooling_lab.course.home import CourseError, Home, find_home, originals, usual_folder
from pooling_lab.course.hosted import write_hosted
from pooling_lab.course.lab import lab_command, lab_environment, lab_options, open_lab
from pooling_lab.course.lessons import (
    CHECK,
    CORE,
    FRONT_DOOR,
    Lesson,
    lesson_files,
    lessons,
)
from pooling_lab.course.overview import contents, table
from pooling_lab.course.ways import Way, clone_above, this_way, way_of

__all__ = [
    "CHECK",
    "CORE",
    "FRONT_DOOR",
    "CourseError",
    "Home",
    "Lesson",
    "Way",
    "check_setup",
    "clone_above",
    "contents",
    "copy_lessons",
    "faults",
    "find_home",
    "lab_command",
    "lab_environment",
    "lab_options",
    "last_worked_on",
    "lesson_files",
    "lessons",
    "open_lab",
    "originals",
    "reset",
    "table",
    "this_way",
    "usual_folder",
    "way_of",
    "write_hosted",
]
