"""`python -m training …`: one subcommand per verb; heavy packages load with the one that runs."""

import argparse
from pathlib import Path

from doctor_llama import embedded


def _embedded(arguments: argparse.Namespace) -> None:
    from training.embedded import build  # noqa: PLC0415  (torch, only where it is needed)

    build.build(arguments.out, build.Recipe(seed=arguments.seed))


def main(argv: list[str] | None = None) -> None:
    """Parse the command line and run one verb."""
    parser = argparse.ArgumentParser(prog="python -m training")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("embedded", help="build the embedded demonstration model")
    verb.add_argument("--out", type=Path, default=embedded.FOLDER, help="folder to write into")
    verb.add_argument("--seed", type=int, default=0)
    verb.set_defaults(run=_embedded)
    arguments = parser.parse_args(argv)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
