"""What `windows` was called in the first edition; students' copies import it. For one release."""

from .windows import *  # noqa: F403
from .windows import Sweep, Sweeps, adaptive, halved, readers, sliding  # noqa: F401
