"""`python -m bot.simulator`: the simulator as a program of its own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.simulator.server import serve
from bot.simulator.world import ADMIN_ID


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 picks a free port")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--journal", type=Path, help="JSON lines file that keeps everything")
    parser.add_argument("--admin", type=int, default=ADMIN_ID, help="who owns the group")
    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="stop at the end of standard input, so that a killed parent takes it along",
    )
    given = parser.parse_args()
    try:
        asyncio.run(
            serve(
                given.port,
                given.journal,
                admin=given.admin,
                host=given.host,
                exit_with_stdin=given.exit_with_stdin,
            )
        )
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The simulator cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
