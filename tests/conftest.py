"""Settings of all tests: how many examples a property test draws, on machines of any speed."""

from hypothesis import settings

settings.register_profile("course", max_examples=50, deadline=None)
settings.load_profile("course")

# Doctests are collected from every module. Two files named conftest would be one too many, and the
# benchmarks need packages that only `make bench` installs.
collect_ignore_glob = ["conftest.py", "browser/conftest.py", "benchmarks/*"]
