"""A town for each test."""

import pytest

from doctor_llama.db import Database
from tests.samples.people import Town


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)
