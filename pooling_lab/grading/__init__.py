"""The instructor's machinery around nbgrader; it comes with the extra ``grading``.

`sanitising`, `executing` and `judging` are steps that `nbgrader_config.py` puts into nbgrader's
own, and `sandbox` is a kernel in which it may run submissions. `building` is what
``make assignments`` runs. `reporting` and `counting` read a gradebook for the class report;
`made_up` makes a class to try all that on. The instructor's page is
``notebooks/assignments/README.md``. Nothing that a student imports imports this.
"""
