"""What every process does before its work begins."""

import json
import subprocess
import sys

PROBE = """
import gc, json, os, sys
from doctor_llama import process
process.private_files(); process.brisk_threads(); process.pass_over_libraries()
before = gc.get_freeze_count()
kept = [[] for _ in range(1000)]
process.pass_over_libraries()  # what has come since is no library
print(json.dumps([before, gc.get_freeze_count(), sys.getswitchinterval(), os.umask(0)]))
"""


def test_files_are_private_threads_brisk_and_libraries_passed_over() -> None:
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, check=True).stdout
    frozen, later, interval, mask = json.loads(told)
    assert frozen > 1_000
    assert later == frozen
    assert interval < 0.001
    assert mask == 0o077
