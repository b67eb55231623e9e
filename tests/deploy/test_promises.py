"""What the README promises and the security page claims is shown by tests that there are."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from detect_secrets.core import scan
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[2]
DETECTORS = (
    *("TelegramBotTokenDetector", "PrivateKeyDetector", "BasicAuthDetector", "JwtTokenDetector"),
    *("AWSKeyDetector", "GitHubTokenDetector", "OpenAIDetector", "SlackDetector"),
)
NONE = ("README.md",)  # an example of a database's address
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize(("page", "least"), [("README.md", 20), ("docs/security.md", 30)])
def test_every_test_that_is_named_exists(page: str, least: int) -> None:
    named = NAMED.findall((ROOT / page).read_text())
    assert len(named) >= least
    for file, function in named:
        tree = ast.parse((ROOT / file).read_text())
        there = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not function or function in there, f"{page}: {file}::{function}"


def test_the_lock_pins_every_package() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert packages
    assert all(re.match(r"^[\w.\[\]-]+==\S+", line) for line in packages), packages


def test_no_secret_is_in_the_tree(tmp_path: Path) -> None:
    """By the shapes of tokens and keys; the tests' own tokens and examples open nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "*.yaml", "*.yml", "*.env", "*.example"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        planted = tmp_path / "planted.py"
        planted.write_text(f'TOKEN = "110201543:{"AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"[:33]}xw"\n')
        assert list(scan.scan_file(str(planted)))
        found = [
            (name, secret.type, secret.line_number)
            for name in listed
            for secret in scan.scan_file(str(ROOT / name))
        ]
    assert [one for one in found if one[0] not in NONE] == []
