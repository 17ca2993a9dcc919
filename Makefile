# `make run` and `make test` are all that a newcomer needs; both make their own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-core lint bench check messages clean

run: $(VENV)/run.stamp
	$(BIN)/accalmie serve --demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests --ignore=tests/journeys --ignore-glob='*in_a_browser.py' -n 2 --dist loadfile -q
	# A browser and a server with its worker have the machine for themselves.
	$(BIN)/python -m pytest tests/journeys tests/pages/test_*in_a_browser.py -q
	ACCALMIE_TEST_DATABASE=postgresql $(BIN)/python -m pytest tests/records tests/actions tests/pages \
	  --ignore-glob='*in_a_browser.py' -n 2 --dist loadfile -q

# The fast part: no database, no server.
test-core: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests/core -q

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

# django-admin, which also finds the texts in lazy(...), as the pages call gettext_lazy.
COLLECT := import sys; from django.core.management import execute_from_command_line as run; \
  from django.core.management.commands.makemessages import Command; \
  Command.xgettext_options.append("--keyword=lazy"); run(sys.argv)

# Collect the texts of the pages and compile their translations (needs GNU gettext).
messages: $(VENV)/dev.stamp
	mkdir -p src/accalmie/pages/locale
	cd src/accalmie/pages && ln -sfn ../actions from_actions && ln -sfn ../records from_records && \
	  ../../../$(BIN)/python -c '$(COLLECT)' makemessages --symlinks -l fr -l de --no-location --no-obsolete -e html,txt,py; \
	  rm -f from_actions from_records
	cd src/accalmie/pages && ../../../$(BIN)/django-admin compilemessages

$(VENV)/run.stamp: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Accalmie needs Python 3.11 or newer; try: make run PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) build dist
