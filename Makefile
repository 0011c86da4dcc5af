# Two commands matter: `make book` to read, `make test` to prove. `make help` lists all.
PYTHON ?= python3
PORT   ?= 8000
export SOLUTIONS ?= yes
BIN    := .venv/bin
READY  := .venv/.ready
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book html test run serve bench pins words clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

book: $(READY) ## execute the lessons that are stale (none in a fresh clone), build the book
	@$(BIN)/python -m lecture6_utils.lessons run
	@$(MAKE) --no-print-directory html
	@echo "The book: file://$(CURDIR)/_build/html/index.html   (or: make serve)"

# The stored outputs become pages as they are; any warning is an error. Always from
# scratch, which takes seconds, and put in place whole: a build that is cut off leaves the
# last book as it was.
html: $(READY) ## build the pages from the stored outputs, executing nothing
	@case "$(SOLUTIONS)" in yes|no) ;; *) echo "SOLUTIONS is yes or no, not $(SOLUTIONS)"; exit 1;; esac
	@rm -rf _build/new
	@mkdir -p _build/new || { echo "Cannot write here: $(CURDIR)/_build"; exit 1; }
	@$(BIN)/jupyter-book build . --path-output _build/new --warningiserror --nitpick \
	  --keep-going -q > /dev/null
	@rm -rf _build/html && mv _build/new/_build/html _build/html

test: $(READY) ## prove every output of every lesson, and test all the rest
	@$(BIN)/python -m lecture6_utils.lessons status
	@$(MAKE) --no-print-directory html
	@$(BIN)/ruff check -q .
	@$(BIN)/python -m pytest

run: $(READY) ## execute every lesson again, stale or not
	@$(BIN)/python -m lecture6_utils.lessons run --all

serve: book ## preview the book on this machine (PORT=8000)
	@echo "http://127.0.0.1:$(PORT)   (Ctrl-C ends it)"
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT)

bench: $(READY) ## CPU-seconds per epoch: our fit against Keras's own
	@$(BIN)/python tests/bench_training.py

pins: ## make requirements.txt anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra book --universal --fork-strategy fewest \
	  --python-version 3.11 --no-emit-index-url --no-annotate --upgrade -q \
	  --custom-compile-command "make pins" -o requirements.txt

words: ## derive the word tables again from their sources (WORDNET=folder of WordNet 3.0)
	@rm -rf _build/words && $(PYTHON) -m venv _build/words
	@_build/words/bin/pip install -q --disable-pip-version-check \
	  -r lecture6_utils/data/words/requirements.txt
	@_build/words/bin/python lecture6_utils/data/words/derive.py
	@git diff --stat --exit-code -- '*.tsv.gz' && echo "The same bytes as before."

clean: ## remove what was built; the environment and the lessons stay
	rm -rf _build

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
	  "%s is Python %d.%d; this book needs 3.11, 3.12 or 3.13 (TensorFlow has no other). " \
	  "Install one and say, e.g., make book PYTHON=python3.12" % ((sys.executable,) + v))'
	@echo "Installing the pinned environment into .venv: once, about a minute ..."
	@rm -rf .venv
ifdef UV
	@uv venv -q --python "$$(command -v $(PYTHON))" .venv
	@uv pip install -q --python $(BIN)/python -r requirements.txt
	@uv pip install -q --python $(BIN)/python --no-deps -e .
else
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "python3 cannot make a virtual environment here. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
endif
	@touch $@
