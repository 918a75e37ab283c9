# `make demo` sets up the light core and runs the main job over samples/.
# `make test` sets up everything and passes the tests. Both work on a fresh machine.
PYTHON ?= python3
VENV ?= .venv
OUT ?= out/demo
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
APERTIUM := apertium apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en apertium-spa-cat

.PHONY: demo test lint check layers benchmark apertium clean help

help:
	@echo "make demo       set up the light core, then run the main job over samples/ (no model, no GPU)"
	@echo "make test       set up everything, then run the tests"
	@echo "make lint       ruff, in seconds"
	@echo "make check      ruff and mypy"
	@echo "make layers     the import graph by layers; fails at an upward import or a circle"
	@echo "make benchmark  quality on public gold data: make benchmark DATA=folder"
	@echo "make clean      remove the virtual environment and outputs"

# Portuguese by the neural translator that pip brings; Spanish too, where Apertium is installed.
demo: $(VENV)/.core
	$(BIN)/xproject demo samples -o $(OUT) --force

test: $(VENV)/.full apertium
	$(BIN)/python -m pytest -n 2 $(PYTEST)

# Seconds, without torch.
lint: $(VENV)/.lint
	$(BIN)/ruff check projector tests
	$(BIN)/ruff format --check projector tests

check: $(VENV)/.full lint
	$(BIN)/mypy

# Needs no environment: the graph is read from the sources.
layers:
	@$(PYTHON) tests/import_graph.py

benchmark: $(VENV)/.full
	$(BIN)/python tests/benchmarks/quality.py --data $(DATA)

# Debian's python3 comes without ensurepip; its package python3-venv brings it.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "xproject needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
	  else echo "Python's venv module is missing; type: sudo apt-get install python3-venv" >&2; exit 2; fi; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(PIP) -e '.[firefox]' -c constraints.txt
	@touch $@

$(VENV)/.lint: constraints.txt | $(VENV)/bin/pip
	$(PIP) ruff -c constraints.txt
	@touch $@

# torch first and pinned, so that nothing else chooses its build.
$(VENV)/.full: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(PIP) torch -c constraints.txt
	$(PIP) -e '.[firefox,vectors,encoder,neural,lora,nlp,llm,zh,ray,eval,hub,names,dev]' -c constraints.txt
	@touch $@ $(VENV)/.core $(VENV)/.lint

apertium:
	@if apertium -l 2>/dev/null | grep -q '^ *eng-spa$$'; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "installing Apertium and its English pairs"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(APERTIUM) >/dev/null; \
	else echo "Apertium is missing; type: sudo apt-get install $(APERTIUM)" >&2; exit 2; fi

clean:
	rm -rf $(VENV) out .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
