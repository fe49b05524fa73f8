# Every command a developer needs. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
NEWEST ?= .venv-newest
LAB ?= my-notebooks

# Newest first: the Pythons that test-newest looks for.
PYTHONS := 3.14 3.13 3.12
INSTALLED := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo browser slurm test test-slow test-newest check lab bench bench-browser pictures clean

help: ## list these targets
	@echo "Targets (PYTHON=$(PYTHON), VENV=$(VENV)):"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

setup: $(INSTALLED) ## make the environment and install the package into it, editable, with all tools
	@echo "==> setup: $(VENV) is ready"

# Installing is repeated only when pyproject.toml has changed since, or the labextension, of which pip makes a copy
# where JupyterLab looks, even for an editable install.
$(INSTALLED): pyproject.toml jupyter_flow/labextension/package.json
	@echo "==> setup: installing jupyter-flow with its tools into $(VENV), which takes some minutes the first time"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jupyter-flow needs Python 3.11 or later; name one with PYTHON=…")'
	[ -x $(VENV)/bin/python ] || $(PYTHON) -m venv $(VENV)
	# pip says too much, or nothing for minutes: a line every few seconds tells how far it is.
	log=$(VENV)/install.log
	count() { find $(VENV) -maxdepth 4 -name '*.dist-info' | wc -l; }
	before=$$(count)
	$(VENV)/bin/python -m pip install --progress-bar off --editable '.[dev,dask]' >"$$log" 2>&1 &
	pip=$$!
	trap 'kill $$pip 2>/dev/null || true' EXIT
	while sleep 1 && kill -0 $$pip 2>/dev/null; do
	    if [ $$((SECONDS % 5)) -eq 0 ]; then
	        line=$$(grep -v '^ *WARNING' "$$log" | tail -n 1 | sed -E 's/ \(from .*//; s/^ +//' || true)
	        commas=$${line//[!,]/}
	        case "$$line" in # it is the last that pip says for a minute
	            "Installing collected"*) line="Installing collected packages: $$(($$(count) - before)) of $$(($${#commas} + 1))" ;;
	        esac
	        printf '    %3d s: %.90s\n' $$SECONDS "$$line"
	    fi
	done
	wait $$pip || { tail -n 40 "$$log"; echo "==> setup: pip failed; all it said is in $$log"; exit 1; }
	touch $@

demo: setup ## run the quickstart notebook and print its results
	@echo "==> demo: running notebooks/quickstart.ipynb without a browser; its results stay in your own store"
	$(VENV)/bin/jupyter-flow run notebooks/quickstart.ipynb

browser: ## install Chromium for the tests in a real browser, with apt-get, where there is none
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
	    echo "==> browser: there is a Chromium"
	elif command -v apt-get >/dev/null; then
	    echo "==> browser: installing chromium and a font with apt-get, as root or by sudo"
	    $$([ $$(id -u) -eq 0 ] || echo sudo) apt-get update --quiet=2
	    $$([ $$(id -u) -eq 0 ] || echo sudo) apt-get install --quiet=2 --yes --no-install-recommends chromium fonts-dejavu-core
	else
	    echo "==> browser: NO CHROMIUM, and no apt-get to install it: put chromium, chromium-browser or google-chrome on the path"
	    if [ "$${CI:-}" = true ]; then exit 1; fi
	    echo "==> browser: without it the tests in tests/browser fail"
	fi

slurm: ## install Slurm for the tests of a real queue, with apt-get, where there is none
	@if [ "$$(PATH="$$PATH:/usr/sbin" type -P munged slurmctld slurmd sbatch | wc -l)" -eq 4 ]; then
	    echo "==> slurm: there is a Slurm"
	elif command -v apt-get >/dev/null; then
	    echo "==> slurm: installing slurmctld, slurmd, slurm-client and munge with apt-get, as root or by sudo"
	    $$([ $$(id -u) -eq 0 ] || echo sudo) apt-get update --quiet=2
	    $$([ $$(id -u) -eq 0 ] || echo sudo) apt-get install --quiet=2 --yes --no-install-recommends slurmctld slurmd slurm-client munge
	else
	    echo "==> slurm: NO SLURM, and no apt-get to install it: put munged, slurmctld, slurmd and sbatch on the path"
	    if [ "$${CI:-}" = true ]; then exit 1; fi
	    echo "==> slurm: without it the tests of a real queue fail"
	fi

test: setup browser ## run the tests, the conformance suite, and the notebooks, output for output
	@echo "==> test: pytest over tests/, then notebooks/ compared with their saved outputs; the store is temporary"
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT
	export JUPYTER_FLOW_STORE="$$scratch/store" JUPYTER_CONFIG_DIR="$$scratch/config" IPYTHONDIR="$$scratch/ipython"
	.ci/pytest $(VENV)/bin/python --numprocesses 2 tests
	for round in first second; do
	    echo "==> test: the notebooks, output for output, for the $$round time"
	    $(VENV)/bin/python -m pytest --quiet --nbval --nbval-current-env --nbval-cell-timeout 120 notebooks
	done
	echo "==> test: the notebooks, under nbmake"
	$(VENV)/bin/python -m pytest --quiet --nbmake --nbmake-timeout 120 notebooks

test-slow: setup slurm ## run the tests that take minutes
	@echo "==> test-slow: pytest over the tests marked slow"
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT
	export JUPYTER_FLOW_STORE="$$scratch/store"
	status=0
	.ci/pytest $(VENV)/bin/python -m slow tests || status=$$?
	if [ $$status -eq 5 ]; then echo "==> test-slow: no test is marked slow yet"; else exit $$status; fi

test-newest: ## run the tests on the newest other Python of this machine
	@echo "==> test-newest: looking for the newest of Python $(PYTHONS) besides $(PYTHON)"
	current=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
	# A pyenv shim may stand on the path for a version that is not chosen, so every candidate is tried out.
	works() { "$$1" -c "import sys, ssl, ctypes, sqlite3, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '$$2')" 2>/dev/null; }
	found=""
	for version in $(PYTHONS); do
	    if [ $$version = $$current ]; then continue; fi
	    for candidate in $$(type -aP python$$version) $$(ls -d ~/.pyenv/versions/$$version.*/bin/python 2>/dev/null | sort -rV); do
	        if works "$$candidate" $$version; then found="$$candidate"; break 2; fi
	    done
	done
	if [ -z "$$found" ]; then
	    echo "==> test-newest: NOT RUN, for none of Python $(PYTHONS) was found besides $$current"
	    if [ "$${CI:-}" = true ]; then exit 1; else exit 0; fi
	fi
	echo "==> test-newest: $$("$$found" --version) ($$found) in $(NEWEST)"
	if [ ! $(NEWEST)/.installed -nt pyproject.toml ] || ! works $(NEWEST)/bin/python $$version; then
	    rm -rf $(NEWEST)
	    "$$found" -m venv $(NEWEST)
	    $(NEWEST)/bin/python -m pip install --quiet --editable '.[test,dask]'
	    touch $(NEWEST)/.installed
	fi
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT
	export JUPYTER_FLOW_STORE="$$scratch/store"
	.ci/pytest $(NEWEST)/bin/python --numprocesses 2 --ignore tests/browser tests # pages are the same for every Python

check: setup assets-check ## lint, format, types, the order of the rooms, and that the page's built assets are current
	@echo "==> check: ruff, mypy --strict, and the rooms import downwards only"
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict jupyter_flow
	$(VENV)/bin/python -m pytest --quiet tests/test_layering.py

assets: ## build the page's assets from labextension/, which are committed; needs node 20 or later
	@echo "==> assets: npm ci and the build, into jupyter_flow/widgets/static and jupyter_flow/labextension"
	cd labextension
	npm ci --ignore-scripts --no-progress
	npm run --silent build

assets-check: ## build the page's assets elsewhere, compare them with the committed ones, run the page's own tests
	@echo "==> assets-check: npm ci, build, vitest in a temporary folder; a minute or two"
	if command -v npm >/dev/null; then
	    node labextension/prove.mjs
	else
	    echo "==> assets-check: NOT RUN, for there is no npm: node 20 or later brings it"
	    if [ "$${CI:-}" = true ]; then exit 1; fi
	fi

lab: setup ## open JupyterLab on copies of the notebooks, on this machine only
	@echo "==> lab: JupyterLab on $(LAB)/, on the loopback address; stop it with Ctrl-C"
	mkdir -p $(LAB)
	for notebook in notebooks/*.ipynb; do
	    copy=$(LAB)/$${notebook##*/}
	    if [ ! -e "$$copy" ]; then cp "$$notebook" "$$copy"; new="$${new:-} $$copy"; fi
	done
	if [ -n "$${new:-}" ]; then $(VENV)/bin/jupyter trust $$new >/dev/null; fi # else they show text until they are run
	echo "==> lab: its notebooks are yours, copies of notebooks/; delete one, and the next make lab copies it anew"
	root=""
	if [ "$$(id -u)" = 0 ]; then
	    echo "==> lab: you are root, which JupyterLab refuses without --allow-root: it is given that"
	    root=--allow-root
	fi
	# One kernel to choose, the one that has the package: a tool of the tests brings another, called ipyflow.
	$(VENV)/bin/jupyter lab --ServerApp.ip=127.0.0.1 --KernelSpecManager.allowed_kernelspecs=python3 $$root $(LAB)

bench: setup browser ## measure our figures and the peers', and the page in a real browser
	@echo "==> bench: running benchmarks/run.py, then benchmarks/browser/run.py, which takes a while"
	$(VENV)/bin/python benchmarks/run.py
	$(VENV)/bin/python benchmarks/browser/run.py

bench-browser: setup browser ## measure the page in a real browser alone
	@echo "==> bench-browser: running benchmarks/browser/run.py, some minutes"
	$(VENV)/bin/python benchmarks/browser/run.py

pictures: setup browser ## take README's pictures anew, in a real JupyterLab
	@echo "==> pictures: running docs/pictures.py; look at them before you commit them"
	$(VENV)/bin/python docs/pictures.py

clean: ## remove environments, caches and builds; the store of results is left alone
	@echo "==> clean: removing $(VENV), $(NEWEST), caches and builds"
	rm -rf $(VENV) $(NEWEST) build dist labextension/node_modules labextension/lib .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
