"""Every socket is an open file: the server takes as many as the system lets it."""

from __future__ import annotations

import subprocess
import sys

START = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(hard, 1000) if hard > 0 else 1000))
from meeting_server.processes import open_more_files
print(open_more_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one() -> None:
    said = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["1000", "1000", "1000"]
