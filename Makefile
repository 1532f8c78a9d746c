# What one does again and again; CONTRIBUTING.md says when.
BIN := .venv/bin
PYTHON := python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
PYTHON := python
endif

.DEFAULT_GOAL := help
.PHONY: help check test slow coverage docs look pictures bench

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' Makefile

.venv/made: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

check: .venv/made ## form, types, floors of the code, and whether the generated docs are up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

test: .venv/made ## the suite
	$(BIN)/pytest

slow: .venv/made ## the tests that take longer than the suite's time allows
	$(BIN)/pytest -m slow

coverage: .venv/made ## the suite, with the lines that no test runs; fails below the floor in pyproject.toml
	$(BIN)/pytest --cov --cov-report=term:skip-covered

docs: .venv/made ## the tables and keys in docs/ that the program knows itself
	$(BIN)/python docs/generate.py

look: .venv/made ## snapshots that changed, each beside what it was, as PNG in build/pictures (needs the dev extra)
	$(BIN)/python screenshots/draw.py

pictures: .venv/made ## README's pictures anew, on an idle machine (needs the dev extra)
	$(BIN)/python screenshots/take.py

ifdef RUN
bench: .venv/made
	$(BIN)/python tests/benchmarks/$(RUN).py $(ARGS)
else
bench: ## the benchmarks there are; make bench RUN=aa ARGS='--tries 20' runs one, on an idle machine
	@sed -n 's|^Run by hand[^:]*: python tests/benchmarks/\([a-z_]*\)\.py|\1|p' tests/benchmarks/*.py
endif
