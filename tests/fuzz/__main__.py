"""`python -m tests.fuzz [TARGET…] [--runs N]`: long runs, each target in a process of its own.

Coverage guides the inputs where atheris is installed (`pip install atheris`); elsewhere they are
mutations of the kept corpus. What was worth keeping is added to the corpus.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INSTRUMENTED = ["bot", "doctor_llama", "telegramify_markdown", "training"]
UNGUIDED = (
    "adapter_config",
    "adapter_weights",
    "control_tokens",
)  # native code guides nobody
LARGEST = 4096  # bytes of an input at most, but where a file is larger to begin with


def main() -> int:
    if "--here" in sys.argv:
        return _guided(sys.argv[1], int(sys.argv[3]))
    from tests.fuzz import targets

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(targets.TARGETS))
    parser.add_argument("--runs", type=int, default=20_000, help="inputs for each target")
    given = parser.parse_args()
    bad = 0
    for name in given.targets or list(targets.TARGETS):
        began = time.monotonic()
        guided = _atheris() and name not in UNGUIDED
        done = _guided_process(name, given.runs) if guided else _mutated(name, given.runs)
        bad += done != 0
        verdict = "ok" if done == 0 else "FAILED"
        seconds = time.monotonic() - began
        sys.stdout.write(f"{name:<18} {given.runs:>8,} inputs {seconds:>7.1f} s  {verdict}\n")
        sys.stdout.flush()
    return 1 if bad else 0


def _atheris() -> bool:
    try:
        import atheris  # noqa: F401
    except ImportError:
        return False
    return True


def _guided_process(name: str, runs: int) -> int:
    command = [sys.executable, "-m", "tests.fuzz", name, "--runs", str(runs), "--here"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-6000:])
    return done.returncode


def _guided(name: str, runs: int) -> int:
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        corpus = importlib.import_module("tests.fuzz.corpus")
        targets = importlib.import_module("tests.fuzz.targets")
    kept = corpus.folder(name)
    with tempfile.TemporaryDirectory(prefix="doctor-llama-fuzz-") as work:
        seeds = Path(work) / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(corpus.seeds(name)):
            (seeds / str(number)).write_bytes(seed)
        largest = max([LARGEST, *(len(seed) for seed in corpus.seeds(name))])
        atheris.Setup(
            [
                sys.argv[0],
                f"-atheris_runs={runs}",
                f"-max_len={largest}",
                "-timeout=30",
                "-rss_limit_mb=6000",
                f"-artifact_prefix={kept}/crash-",
                str(seeds),
            ],
            lambda data: targets.run(name, data),
        )
        atheris.Fuzz()
    return 0


def _mutated(name: str, runs: int) -> int:
    from tests.fuzz import corpus, targets

    for data in corpus.mutations(name, runs):
        try:
            targets.run(name, data)
        except Exception as error:
            path = corpus.keep(name, data)
            sys.stderr.write(f"{name}: {type(error).__name__}: {error}; kept as {path}\n")
            return 1
    return 0


sys.exit(main())
