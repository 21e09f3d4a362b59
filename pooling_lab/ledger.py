"""What `claims` was called in the first edition; students' copies import it. For one release."""

from .claims import *  # noqa: F403
