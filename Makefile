# Two commands are enough: `make lab` for students, `make test` for everybody who changes something.
# Instructors: `make assignments` (notebooks/assignments/README.md), and `make test-grading` for its tests.
# PIP_FLAGS reaches pip as it is (README: PyTorch's CPU index on Linux); ARGS reaches JupyterLab.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PY := $(BIN)/python
# Not --quiet: when pip has to search, one sees that it does.
INSTALL = $(PY) -m pip install --disable-pip-version-check --no-input -c constraints.txt $(PIP_FLAGS)
NBVAL = $(PY) -m pytest --nbval --nbval-current-env --nbval-cell-timeout=240 \
	--nbval-sanitize-with=tests/notebooks/nbval_sanitize.cfg -o addopts= --dist loadfile

.PHONY: lab reset test test-fast notebooks bench lint assignments test-grading site test-site test-hub constraints

lab: .venv/.lab
	$(PY) -m pooling_lab lab $(ARGS)

reset: .venv/.lab
	$(PY) -m pooling_lab reset $(LESSON)

test: lint
	$(PY) -m pytest -n 2 --dist loadfile
	$(NBVAL) -n 2 notebooks/*.ipynb

test-fast: .venv/.test
	$(PY) -m pytest -n 2 -m "not slow and not browser"

notebooks: .venv/.test
	$(PY) tests/notebooks/store.py $(LESSON)

assignments: .venv/.grading
	$(PY) -m pooling_lab.grading.release notebooks/assignments

# Three at a time on two processors: each waits now and then for what has to run on until its time is up.
test-grading: .venv/.grading
	$(PY) -m pytest -n 3 --dist loadfile tests/grading pooling_lab/grading \
		-o addopts="--strict-markers --strict-config --doctest-modules -ra"
	$(NBVAL) notebooks/assignments/class_report.ipynb

site: .venv/.site
	$(PY) website/build.py

test-site: .venv/.site
	$(PY) -m pytest -n 2 --dist load tests/browser/site -o addopts="--strict-markers --strict-config -ra"

# As root on Linux; elsewhere it says why not. ARGS reaches pytest.
test-hub: .venv/.hub
	$(PY) tests/hub/in_private.py $(ARGS)

bench: .venv/.bench
	$(PY) tests/benchmarks/bench.py

lint: .venv/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) tests/browser/check_types.py

# What is pinned is kept where it still fits; only uv resolves for every system and Python at once.
constraints:
	cp constraints.txt .constraints
	uv pip compile --universal --fork-strategy fewest --python-version 3.11.2 --all-extras \
		--no-annotate --no-header --quiet pyproject.toml -o .constraints
	(grep "^#" constraints.txt; grep -vE "^#|^(cuda|nvidia)-|^triton=" .constraints) > .constraints.new
	mv .constraints.new constraints.txt && rm .constraints

# An environment is made once; a stamp newer than both files says that nothing is to be done.
.venv/.made:
	@$(PYTHON) -c "import sys; v = sys.version_info; v >= (3, 11, 2) or sys.exit('This course needs Python 3.11.2 or newer; $(PYTHON) is %d.%d.%d. Say: make lab PYTHON=/path/to/a/newer/python3' % v[:3])"
	$(PYTHON) -m venv .venv
	@touch $@
.venv/.lab: .venv/.made pyproject.toml constraints.txt
	@echo "Installing the course into .venv (once; some minutes) ..."
	$(INSTALL) -e ".[course]"
	@touch $@
.venv/.test: .venv/.lab
	$(INSTALL) -e ".[test]"
	@touch $@
.venv/.grading: .venv/.test
	$(INSTALL) -e ".[test,grading]"
	@touch $@
.venv/.site: .venv/.test
	$(INSTALL) -e ".[test,site]"
	@touch $@
.venv/.hub: .venv/.test
	$(INSTALL) -e ".[test,hub]"
	@touch $@
.venv/.bench: .venv/.test
	$(INSTALL) -e ".[test,bench]"
	@touch $@
