# The words people type. Each installs what it needs into .venv, from hash-pinned packages.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
# The program is one of many small objects; an f-string of an output is a mistake, never a name.
export PULUMI_ERROR_OUTPUT_STRING := 1

.PHONY: help setup up test check bench lock pipelines

help:
	@echo "make up         the whole platform, on an embedded AWS: no account needed"
	@echo "make test       the tests"
	@echo "make check      formatting, lint, types, generated files"
	@echo "make bench      how long planning takes, beside Pulumi's stock mocks"
	@echo "make setup      only install, into .venv"
	@echo "make lock       resolve the dependencies anew"
	@echo "make pipelines  compile the model projects' pipelines with the SageMaker SDK"

setup: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv (a minute or two, the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)

up: setup
	@$(BIN)/maslow up -s local

test: setup
	@$(BIN)/python -m pytest

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/maslow schema --check

bench: setup
	@$(BIN)/python -m scripts.bench

lock: setup
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --extra local --extra dev \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
