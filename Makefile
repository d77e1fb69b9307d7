# Two commands: `make run` opens the app, `make test` passes the tests. Both install what they need into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench install browser lock clean

run: $(VENV)/.installed
	$(BIN)/streamlit run streamlit_app.py

test: $(VENV)/.installed-dev browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/tough-customer check
	$(BIN)/tough-customer schemas --check
	$(BIN)/pytest

bench: $(VENV)/.installed-dev browser
	$(BIN)/python benchmarks/reply.py
	$(BIN)/python benchmarks/storage.py
	$(BIN)/python benchmarks/knowledge.py
	$(BIN)/python benchmarks/score.py
	$(BIN)/python benchmarks/endpoint.py
	$(BIN)/python benchmarks/app.py
	$(BIN)/python benchmarks/load.py

install: $(VENV)/.installed

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.installed: $(BIN)/uv pyproject.toml requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirements requirements.txt --editable .
	touch $@

$(VENV)/.installed-dev: $(BIN)/uv pyproject.toml requirements-dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirements requirements-dev.txt --editable .
	touch $@ $(VENV)/.installed

# The browser tests use a Chromium or Chrome of the system, else the one that Playwright brings.
browser: $(VENV)/.installed-dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || $(BIN)/playwright install chromium

# Pins every package for both commands. Without hashes and addresses, so that any index serves.
lock: $(BIN)/uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
