# Every target works on a fresh machine: the environment is made when it is missing.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
TESTS  ?= tests

.DEFAULT_GOAL := help
.PHONY: help setup demo test check style layers types docs bench

help:
	@echo "make setup   create $(VENV) and install intertwine with all its extras"
	@echo "make demo    compare four ways to use symmetry on real pictures; writes report.html"
	@echo "make test    run the test suite           (TESTS=tests/groups for a part)"
	@echo "make check   ruff, pyright, import-linter"
	@echo "make docs    build the documentation      (docs/_build/html/index.html)"
	@echo "make bench   run the benchmarks"

$(VENV)/.user: requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.user
	$(BIN)/pip install -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.user
	$(BIN)/pip install -c constraints.txt -e '.[docs]'
	@touch $@

setup: $(VENV)/.user

demo: $(VENV)/.user
	$(BIN)/intertwine compare --data digits --group C4 --routes plain,augment,average,equivariant --out comparison
	cp comparison/report.html report.html
	@echo "open report.html in a browser"

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 $(TESTS)

check: style layers types

style: $(VENV)/.dev
	$(BIN)/ruff check .

layers: $(VENV)/.dev
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/pyright --pythonpath $(BIN)/python

docs: $(VENV)/.docs
	$(BIN)/sphinx-build -W --keep-going -j 2 -b html docs docs/_build/html

bench: $(VENV)/.user
	$(BIN)/python -m benchmarks
