# Two commands matter: `make book` to read, `make test` to prove. `make help` lists all.
PYTHON ?= python3
PORT   ?= 8000
export SOLUTIONS ?= yes
BIN    := .venv/bin
READY  := .venv/.ready
TEX    := latexmk texlive-xetex texlive-latex-extra texlive-fonts-recommended fontconfig \
          fonts-stix fonts-texgyre-math fonts-dejavu-core
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book html slides pdf pdf-tools yes-or-no test lighthouse run serve bench \
        newest repository pins words clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

book: $(READY) ## execute the lessons that are stale (none in a fresh clone), build the book
	@$(BIN)/python -m lecture6_utils.lessons run
	@$(MAKE) --no-print-directory html
	@echo "The book: file://$(CURDIR)/_build/html/index.html   (or: make serve)"

# The stored outputs become pages as they are; any warning is an error. Always from
# scratch, which takes seconds, and put in place whole: a build that is cut off leaves the
# last book as it was.
html: yes-or-no $(READY) ## build the pages from the stored outputs, executing nothing
	@rm -rf _build/new
	@mkdir -p _build/new || { echo "Cannot write here: $(CURDIR)/_build"; exit 1; }
	@$(BIN)/jupyter-book build . --path-output _build/new --warningiserror --nitpick \
	  --keep-going -q > /dev/null
	@$(DECK) _build/new/_build/html/slides
	@rm -rf _build/html && mv _build/new/_build/html _build/html

# A part of the book, which links to them and whose MathJax they use; seconds, too.
DECK = $(BIN)/python -m sphinx -b revealjs --fail-on-warning --nitpicky --keep-going -q \
  -d _build/new/slides.doctrees chapters/_slides

slides: $(READY) ## build the slides of the lecture anew (html builds them, too)
	@test -d _build/html || $(MAKE) --no-print-directory html
	@rm -rf _build/new
	@$(DECK) _build/new/slides
	@rm -rf _build/html/slides && mv _build/new/slides _build/html/slides
	@echo "The slides: file://$(CURDIR)/_build/html/slides/index.html"

pdf: pdf-tools yes-or-no $(READY) ## the whole book as _build/lecture6.pdf (needs TeX; says which parts)
	@rm -rf _build/new-pdf
	@mkdir -p _build/new-pdf || { echo "Cannot write here: $(CURDIR)/_build"; exit 1; }
	@$(BIN)/jupyter-book build . --path-output _build/new-pdf --builder latex --warningiserror \
	  --nitpick --keep-going -q > /dev/null
	@cd _build/new-pdf/_build/latex && { latexmk -xelatex -interaction=nonstopmode -halt-on-error \
	  -file-line-error lecture6.tex > latexmk.log 2>&1 || { tail -n 30 latexmk.log; \
	  echo "LaTeX failed; all it said: $(CURDIR)/_build/new-pdf/_build/latex/latexmk.log"; exit 1; }; }
	@! grep -a -E "^Missing character|undefined on input|multiply defined" \
	  _build/new-pdf/_build/latex/lecture6.log || { \
	  echo "The PDF would lack these characters or links: see fontpkg in _config.yml"; exit 1; }
	@mv -f _build/new-pdf/_build/latex/lecture6.pdf _build/lecture6.pdf
	@echo "The PDF: $(CURDIR)/_build/lecture6.pdf"

# What the PDF needs beyond Python; of each package of LaTeX's, a file that only it brings.
pdf-tools:
	@lacks=$$( \
	  for tool in latexmk xelatex makeindex fc-list; do \
	    command -v $$tool > /dev/null || echo "  the command $$tool"; done; \
	  for file in adjustbox.sty makecell.sty titlesec.sty unicode-math.sty pzdr.tfm \
	      texgyretermes-math.otf; do \
	    kpsewhich $$file > /dev/null 2>&1 || echo "  LaTeX's file $$file"; done; \
	  for font in "STIX" "DejaVu Sans Mono"; do \
	    fc-list ":family=$$font" 2> /dev/null | grep -q . || echo "  the font $$font"; done); \
	test -z "$$lacks" || { printf 'The PDF needs what is not here:\n%s\nOn Debian or Ubuntu: %s\n' \
	  "$$lacks" "apt install --no-install-recommends $(TEX)"; exit 1; }

yes-or-no:
	@case "$(SOLUTIONS)" in yes|no) ;; *) echo "SOLUTIONS is yes or no, not $(SOLUTIONS)"; exit 1;; esac

test: $(READY) ## prove every output of every lesson, and test all the rest
	@$(BIN)/python -m lecture6_utils.lessons status
	@$(MAKE) --no-print-directory html
	@$(BIN)/ruff check -q .
	@$(BIN)/python -m pytest

lighthouse: $(READY) ## Lighthouse's score of access for every page (needs node and a network)
	@test -d _build/html || $(MAKE) --no-print-directory html
	@$(BIN)/python tests/lighthouse.py

run: $(READY) ## execute every lesson again, stale or not
	@$(BIN)/python -m lecture6_utils.lessons run --all

serve: book ## preview the book on this machine (PORT=8000)
	@echo "http://127.0.0.1:$(PORT)   (Ctrl-C ends it)"
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT)

bench: $(READY) ## CPU-seconds per epoch: our fit against Keras's own
	@$(BIN)/python tests/bench_training.py

# Nobody pins anything on Colab: so here neither. The lesson is executed, its bounds hold and
# its text is compared; figures are not, since another Matplotlib draws other pixels.
newest: ## prove one quick lesson with the newest packages that pyproject.toml admits
	@rm -rf _build/newest build && $(PYTHON) -m venv _build/newest
	@_build/newest/bin/pip install -q --disable-pip-version-check . ipykernel nbval
	@rm -rf build
	@_build/newest/bin/pip list --disable-pip-version-check \
	  | grep -E '^(keras|matplotlib|numpy|scikit-learn|tensorflow) '
	@cd chapters && ../_build/newest/bin/python -m pytest -o addopts= --noconftest \
	  -p no:cacheprovider --nbval --nbval-sanitize-with=sanitize.cfg --nbval-current-env \
	  --nbval-cell-timeout=900 -q stacked_autoencoders.ipynb

repository: $(READY) ## say where the book is published (git's origin, or URL=…)
	@$(BIN)/python -m lecture6_utils.book.elsewhere \
	  "$${URL:-$$(git remote get-url origin 2> /dev/null)}"
	@touch $(READY)   # it wrote to pyproject.toml, but nothing that concerns the environment

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
