"""Settings of all tests: how many examples a property test draws, on machines of any speed."""

from hypothesis import settings

settings.register_profile("course", max_examples=50, deadline=None)
settings.load_profile("course")
