# The words people type. Each installs what it needs into .venv, from hash-pinned packages.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# What pip had begun to install when it was interrupted would pass for installed.
FORGET_HALVES := for each in .venv/lib/python*/site-packages/*.dist-info; do \
	test -e "$$each/INSTALLER" || rm -rf "$$each"; done; rm -rf .venv/lib/python*/site-packages/~*
RESOLVE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock"
# The program is one of many small objects; an f-string of an output is a mistake, never a name.
export PULUMI_ERROR_OUTPUT_STRING := 1
# Without the cache of compiled modules each command would compile pulumi_aws anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: help setup dev up test check bench lock sagemaker torch airflow pipelines pictures

help:
	@echo "make up         the whole platform, on an embedded AWS: no account needed"
	@echo "make test       the tests"
	@echo "make check      formatting, lint, types, workflows, stack files"
	@echo "make bench      how long planning takes, beside Pulumi's stock mocks"
	@echo "make setup      only install what runs the platform, into .venv"
	@echo "make dev        only install what tests and checks it, too"
	@echo "make pipelines  compile the model projects' pipelines with the SageMaker SDK"
	@echo "make sagemaker  only install that SDK, with which its tests run too"
	@echo "make torch      only install PyTorch, with which models of images learn by a network"
	@echo "make airflow    only install Airflow, in .venv-airflow, with which its tests run too"
	@echo "make pictures   draw the picture of the platform, and record a session, for the README"
	@echo "make lock       resolve the dependencies anew"

# make looks at a file's age before it looks at what the file needs, so .venv is seen to first.
setup:
	@sh scripts/venv.sh "$(PYTHON)" "$(or $(MAKECMDGOALS),setup)"
	@$(MAKE) --no-print-directory --silent $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@echo "Installing the pinned packages into .venv (about 900 MB; a minute or so, the first time)"
	@$(FORGET_HALVES)
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

dev: setup
	@$(MAKE) --no-print-directory --silent $(INSTALLED)-dev

$(INSTALLED)-dev: requirements-dev.lock $(INSTALLED)
	@echo "Installing the tools of tests and checks into .venv (about 750 MB)"
	@$(FORGET_HALVES)
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

up: setup
	@$(BIN)/maslow up -s local

test: dev
	@$(BIN)/python -m pytest --numprocesses auto --dist loadscope

check: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
	@$(BIN)/zizmor --offline --quiet .github
	@if command -v go >/dev/null; then go run $(ACTIONLINT); else echo "no Go: actionlint is left out"; fi
	@$(BIN)/maslow validate

bench: dev
	@$(BIN)/python -m pytest --quiet -m bench tests/scripts
	@$(BIN)/python -m scripts.bench

sagemaker: setup
	@$(MAKE) --no-print-directory --silent $(INSTALLED)-sagemaker

$(INSTALLED)-sagemaker: requirements-sagemaker.lock $(INSTALLED)
	@$(FORGET_HALVES)
	@echo "Installing the SageMaker SDK into .venv (1 GB)"
	@$(INSTALL) --require-hashes -r requirements-sagemaker.lock
	@touch $@

torch: setup
	@$(MAKE) --no-print-directory --silent $(INSTALLED)-torch

$(INSTALLED)-torch: requirements-torch.lock $(INSTALLED)
	@$(FORGET_HALVES)
	@echo "Installing PyTorch into .venv (on Linux 4 GB, with CUDA)"
	@$(INSTALL) --require-hashes -r requirements-torch.lock
	@touch $@

# Airflow's pins are not those of the platform: it has an environment of its own.
airflow: dev
	@$(MAKE) --no-print-directory --silent .venv-airflow/installed

.venv-airflow/installed: requirements-airflow.lock
	@echo "Installing Airflow into .venv-airflow (300 MB)"
	@$(BIN)/python -m venv --clear --without-pip .venv-airflow
	@$(BIN)/uv pip install --quiet --require-hashes --python .venv-airflow/bin/python -r requirements-airflow.lock
	@touch $@

pipelines: sagemaker
	@for project in $(wildcard templates/*/pipeline.py models/*/pipeline.py); do \
		$(BIN)/python $$project || exit; done

pictures: setup
	@$(BIN)/python -m scripts.picture
	@$(BIN)/python -m scripts.session

lock: dev
	@$(RESOLVE) --upgrade --extra local --extra sagemaker --extra spark --extra dev --output-file requirements-sagemaker.lock pyproject.toml
	@$(RESOLVE) --extra local --extra spark --extra dev --constraint requirements-sagemaker.lock --output-file requirements-dev.lock pyproject.toml
	@$(RESOLVE) --extra local --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
	@$(RESOLVE) --upgrade --extra torch --constraint requirements-sagemaker.lock --output-file requirements-torch.lock pyproject.toml
	@$(RESOLVE) --upgrade --output-file requirements-airflow.lock requirements-airflow.in
