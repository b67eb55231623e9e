"""`python -m training …`: one subcommand per verb; heavy packages load with the one that runs."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from doctor_llama import embedded, logs, settings
from doctor_llama.errors import DoctorLlamaError
from doctor_llama.triage import classifier, refusals
from training import recipe
from training.recipe import Kind

# read by huggingface_hub when it is first imported; trainers would tell it of every run
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _embedded(arguments: argparse.Namespace) -> None:
    from training.embedded import build  # noqa: PLC0415  (torch, only where it is needed)

    build.build(arguments.out, build.Recipe(seed=arguments.seed))


def _triage(arguments: argparse.Namespace) -> None:
    from training.triage import learning, refusing  # noqa: PLC0415  (scipy, only where needed)

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    learning.train(arguments.out, arguments.seed, say)
    refusing.train(arguments.refusals, say)


def _train(arguments: argparse.Namespace) -> None:
    from training import kinds  # noqa: PLC0415  (torch, only where it is needed)

    if arguments.engine == "ray":
        from training import rayed  # noqa: PLC0415

        again = [part for part in sys.argv[1:] if part not in ("--engine", "ray")]
        rayed.run(again, arguments.nproc, arguments.out / "ray")
        return
    chosen = recipe.load(arguments.recipe, arguments.set)
    kinds.train(
        arguments.kind,
        chosen,
        arguments.data,
        arguments.out,
        start=arguments.start,
        stop=_Asked(),
    )


def _evaluate(arguments: argparse.Namespace) -> None:
    from training.evals import command  # noqa: PLC0415  (torch, only where it is needed)

    command.run(arguments)


def _refresh(arguments: argparse.Namespace) -> None:
    from training.refresh import telling  # noqa: PLC0415

    said = telling.speak()

    def work() -> None:
        if arguments.verb == "refresh":  # a wrong name should not cost the loading of torch
            from training.refresh import recipes  # noqa: PLC0415

            recipes.of(arguments.run_folder)
        from training.refresh import run  # noqa: PLC0415  (torch, only where it is needed)

        run.VERBS[arguments.verb](arguments.run_folder, said)

    sys.exit(telling.guarded(said, work))


class _Asked:
    """Whether somebody pressed Ctrl+C or ended the process: the run then saves its state first."""

    def __init__(self) -> None:
        self._asked = False
        if threading.current_thread() is not threading.main_thread():
            return  # a worker of Ray, which alone hears signals there
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt  # asked twice: at once
        self._asked = True

    def __call__(self) -> bool:
        return self._asked


def _add_training(verbs: Any) -> None:
    for kind in Kind:
        verb = verbs.add_parser(kind, help=f"train: {kind}")
        verb.add_argument("recipe", help="a recipe's name or its file")
        verb.add_argument("--data", type=Path, required=True, help="folder of the data set")
        verb.add_argument("--out", type=Path, required=True, help="folder of the run")
        verb.add_argument("--start", type=Path, help="folder of an adapter to train further")
        verb.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
        verb.add_argument("--engine", choices=["torchrun", "ray"], default="torchrun")
        verb.add_argument("--nproc", type=int, default=1, help="workers of --engine ray")
        verb.set_defaults(run=_train, kind=kind)


def _add_evaluation(verbs: Any) -> None:
    verb = verbs.add_parser("evaluate", help="score adapters on evaluation sets")
    verb.add_argument("--base", required=True, help="folder or Hub id of the base model")
    verb.add_argument("--base-label", help="what to call it")
    verb.add_argument(
        "--adapter",
        action="append",
        required=True,
        metavar="NAME=PLACE",
        help="a folder or Hub id; without a place the base alone",
    )
    verb.add_argument("--against", help="the name of the one to compare the others with")
    verb.add_argument("--set", default="small", choices=["small", "full"])
    verb.add_argument("--data", type=Path, help="folder of a data set: its test part as well")
    verb.add_argument(
        "--place",
        action="append",
        default=[],
        metavar="SET=PLACE",
        help="where a public set lies, a path or a Hub id",
    )
    verb.add_argument("--limit", type=int, help="at most so many items of each set")
    verb.add_argument("--weights", help="default: the settings'")
    verb.add_argument("--harness", action="store_true", help="by lm-evaluation-harness as well")
    verb.add_argument("--no-speed", action="store_true", help="leave its speed out")
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--out", type=Path, required=True, help="folder of the report")
    verb.set_defaults(run=_evaluate)


def main(argv: list[str] | None = None) -> None:
    """Parse the command line and run one verb."""
    parser = argparse.ArgumentParser(prog="python -m training")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("embedded", help="build the embedded demonstration model")
    verb.add_argument("--out", type=Path, default=embedded.FOLDER, help="folder to write into")
    verb.add_argument("--seed", type=int, default=0)
    verb.set_defaults(run=_embedded)
    verb = verbs.add_parser("triage", help="train the classifier of triage on our own lines")
    verb.add_argument("--out", type=Path, default=classifier.FILE, help="file to write")
    verb.add_argument("--refusals", type=Path, default=refusals.FILE, help="file for refusals")
    verb.add_argument("--seed", type=int, default=0)
    verb.set_defaults(run=_triage)
    _add_training(verbs)
    _add_evaluation(verbs)
    for name in ("refresh", "compare", "examine"):
        verb = verbs.add_parser(name, help=f"{name}: as the worker asks for it, in a run's folder")
        verb.add_argument("--run", type=Path, required=True, dest="run_folder")
        verb.set_defaults(run=_refresh, verb=name)
    arguments = parser.parse_args(argv)
    arguments.run(arguments)


def guarded() -> None:
    """Run one verb as a process: an error is one sentence on stderr."""
    try:
        logs.configure(settings.load().log_level)
        main()
    except DoctorLlamaError as error:
        logging.getLogger(__name__).debug("the training failed", exc_info=True)
        sys.stderr.write(f"training: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    guarded()
