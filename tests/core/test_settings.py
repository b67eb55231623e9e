"""The settings: read once, frozen, explained in three places that agree."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from doctor_llama import settings
from doctor_llama.errors import SettingsError
from doctor_llama.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_explains_every_setting_as_the_fields_do() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| .*? \| (.*) \|$", readme, flags=re.MULTILINE))
    fields = {variable(name): field.description for name, field in Settings.model_fields.items()}
    assert rows == fields


def test_the_example_file_names_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    named = re.findall(r"^#([A-Z_]+)=", example, flags=re.MULTILINE)
    assert named == [variable(name) for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        above = example.split(f"#{variable(name)}=")[0].split("\n\n")[-1]
        assert " ".join(above.replace("# ", "").split()) == field.description


def test_the_example_file_can_be_used_as_it_is(tmp_path: Path) -> None:
    """Every line taken from behind its comment sign is a valid setting."""
    example = (ROOT / ".env.example").read_text()
    lines = [line[1:] for line in example.splitlines() if re.match(r"#[A-Z_]+=", line)]
    (tmp_path / ".env").write_text("\n".join(lines))
    read, plain = settings.load(), settings.load(_env_file=None)
    assert read.model_copy(update={"database_url": None}) == plain


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DOCTOR_LLAMA_MODEL=one\nDOCTOR_LLAMA_ADAPTER=two\n")
    monkeypatch.setenv("DOCTOR_LLAMA_MODEL", "three")
    read = settings.load()
    assert (read.model, read.adapter) == ("three", "two")


def test_they_are_frozen() -> None:
    with pytest.raises(ValidationError):
        settings.load().model = "other"


def test_a_wrong_value_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCTOR_LLAMA_CONCURRENCY", "many")
    with pytest.raises(SettingsError, match=r"^DOCTOR_LLAMA_CONCURRENCY is not valid"):
        settings.load()


def test_owner_ids_are_numbers_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_LLAMA_OWNER_IDS", "12, 34")
    assert settings.load().owner_ids == (12, 34)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:secret-part-of-the-token")
    assert "secret-part" not in repr(settings.load())
