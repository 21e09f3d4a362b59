"""The instructor's machinery around nbgrader; it comes with the extra ``grading``.

`sanitising` and `executing` and `judging` are steps that `nbgrader_config.py` puts into
nbgrader's own; `building` is what ``make assignments`` runs; `reporting` reads a gradebook for the
class report; `made_up` makes a class to try all that on. The instructor's page is
``notebooks/assignments/README.md``. Nothing that a student imports imports this.
"""
