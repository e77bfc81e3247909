"""What a task can be called, where it is called, and what stands for a queue in memory.

Imports nothing but Python's own, as the stack that schedules calls names the same tasks.
"""

import re
from typing import Final

PATH: Final = "/_tasks"
"""Tasks have their names below it. Cloud Run keeps paths below `/_ah/` to itself, and Hosting those below `/__/`."""

NAME: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?<!z)")
"""Part of a path, and of a schedule's name. None ends in z: Cloud Run keeps some of such paths for itself (Cloud Run,
"Known issues", "Reserved URL paths")."""

IN_MEMORY: Final = "memory"
"""HEARTH_TASKS_QUEUE of a process that keeps its own tasks: for tests, and for one developer."""
