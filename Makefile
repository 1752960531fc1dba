# Every target does its own set-up; the second call starts at once.
# Needed on the machine: Python 3.11 or newer, git, make.

BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help run test setup setup-spark lab lock derive lint verify

help:
	@echo "make run      set up, run the pipeline for every study, open the app"
	@echo "make test     set up, run the tests"
	@echo "make setup    create the environment in .venv from requirements.lock"
	@echo "make lab      open JupyterLab"
	@echo "make verify   compute everything anew in a clean copy and compare"
	@echo "make lint     ruff and mypy"
	@echo "make derive   write what is derived from declarations: dvc.yaml, docs/, GLOSSARY.md"
	@echo "make lock     pin all versions anew"
	@echo "make setup-spark   add PySpark to the environment (needs Java 17 or newer)"

run: setup
	@touchstone run
	@touchstone app

test: setup
	@pytest -m "not spark"

setup: $(READY)

$(READY): requirements.lock pyproject.toml .ci/environment
	@bash .ci/environment requirements.lock
	@touch $@

setup-spark: .venv/.ready-spark

.venv/.ready-spark: $(READY) requirements-spark.lock
	@bash .ci/environment requirements-spark.lock
	@touch $@

lab: setup
	@jupyter lab --notebook-dir=notebooks

verify: setup
	@touchstone verify

lint: setup
	@ruff check .
	@ruff format --check .
	@mypy

derive: setup
	@python -m pipelines.command.stages
	@python -m pipelines.command.reference
	@python -m pipelines.command.demo_truth

COMPILE := uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header
SPARK := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")

lock: setup
	@$(COMPILE) pyproject.toml --extra notebooks --extra dev -o requirements.lock
	@python -c '$(SPARK)' | $(COMPILE) --python-version 3.11 -c requirements.lock -o requirements-spark.lock -
