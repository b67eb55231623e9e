# Two commands on a fresh machine: `make run` and `make test`. Both set up first.

PYTHON ?= python3
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: run test check setup bench fuzz test-faults audit lock format clean screenshots

run: setup ## Set up, then start everything and print the chat page's address
	$(BIN)/doctor-llama run

test: setup ## Set up, then run every test; a file stays on one of the workers, which wait more than they work
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

check: setup ## Format, lint, types, and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup ## The benchmarks; docs/benchmarks.md says what each one shows
	$(BIN)/python -m benchmarks

test-faults: setup ## Long: a trainer killed 60 times, then kills, hangs and a failing Telegram for 45 minutes
	TRAINER_KILLS=60 $(BIN)/python -m pytest -p no:xdist tests/training/test_processes.py -k any_moment
	$(BIN)/doctor-llama bench bot --people 60 --rate 2 --seconds 2700 --faults all --kill-every 3 --poison 0.002

audit: setup ## Known holes in the pinned packages (needs the network)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip

fuzz: setup ## Hostile bytes for every parser, long and guided by coverage (needs Linux)
	$(BIN)/python -m pip install --quiet 'atheris>=3,<4'
	$(BIN)/python -m tests.fuzz --runs 20000

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Doctor Llama needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $(STAMP)

lock: setup ## Pin what pyproject.toml allows, for pip
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml
	sed -i -e 's/^\(torch==[0-9.]*\)+.*/\1/' -e '/^doctor-llama @/,+1d' requirements.lock

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

screenshots: setup ## Take the pictures of the documentation anew
	SCREENSHOTS=1 $(BIN)/python -m pytest tests/program/test_chat_page.py tests/bot/test_pictures.py tests/program/test_admin_page.py
