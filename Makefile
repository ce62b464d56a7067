# Two commands: `make run` and `make test`. The rest serves them.
PYTHON ?= python3
VENV ?= .venv
PLACE ?= demo
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python

.PHONY: run test verify place bench lint dictionary screenshot clean

run: $(VENV)/.run
	$(PY) -m data.build demo --if-missing
	$(PY) -m ui.prepare demo
	$(PY) -m streamlit run serve.py

# A file's tests stay on one worker, so that what they share is made once; files in their order, so
# that the long ones (app, browser) do not come last.
WORKERS := -n auto --dist loadfile --no-loadscope-reorder
test: export OPENBLAS_NUM_THREADS = 1
test: $(VENV)/.test
	$(PY) -m pytest $(WORKERS)

verify: export ATLAS_VERIFY = 1
verify: export OPENBLAS_NUM_THREADS = 1
verify: $(VENV)/.test
	$(PY) -m pip install --quiet -r requirements-verify.txt
	$(PY) -m pytest $(WORKERS) --timeout=7200

place: $(VENV)/.run
	$(PY) -m data.build $(PLACE)
	$(PY) -m ui.prepare $(PLACE)

bench: $(VENV)/.test
	$(PY) -m bench

lint: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

dictionary: $(VENV)/.run
	$(PY) -m data.dictionary
	$(PY) -m data.recipe_keys
	$(PY) -m data.definition_document

screenshot: $(VENV)/.test
	$(PY) -m bench.screens

clean:
	$(PYTHON) -c "import shutil; shutil.rmtree('$(VENV)', ignore_errors=True)"

$(VENV)/.run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet -r requirements.txt
	$(PYTHON) -c "open('$@', 'w').close()"

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(PY) -m pip install --quiet -r requirements-dev.txt
	$(PYTHON) -c "open('$@', 'w').close()"
