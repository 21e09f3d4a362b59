"""The instructor's machinery around nbgrader; it comes with the extra ``grading``.

What happens to a submission, in order: `collect` finds out whose a file is, `clean` makes a clean
notebook of it, the steps of `preprocessors` run and judge it (functions are called by `runner`, in
a process whose inside is `child`; it and the kernel, which `start_kernel` becomes, are shut in by
`sandbox`), and `gradebook` and `report` tell what came of it. `release` makes what is handed out.
The instructor's page is ``notebooks/assignments/README.md``. Nothing that a student imports
imports this.
"""
