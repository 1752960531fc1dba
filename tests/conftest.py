"""Settings of all tests."""

from hypothesis import settings

# Tests never time anything, and find the same cases on every machine.
settings.register_profile("touchstone", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("touchstone")
