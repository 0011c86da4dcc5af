# Two commands matter: `make book` to read, `make test` to prove. `make help` lists all.
PYTHON ?= python3
PORT   ?= 8000
export SOLUTIONS ?= yes
BIN    := .venv/bin
READY  := .venv/.ready
TEX    := latexmk texlive-xetex texlive-latex-extra texlive-fonts-recommended fontconfig \
          fonts-stix fonts-texgyre-math fonts-dejavu-core poppler-utils
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book html slides zip handouts epub pdf pdf-tools pdf-packages check test proof lighthouse run lab serve lesson bench \
        study quotes mutations oldest newest links pins words clean environment

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

book: $(READY) ## execute the lessons that are stale (none in a fresh clone), build the book
	@$(BIN)/python -m lecture6_utils.book.executor run
	@$(BIN)/python -m lecture6_utils.book.exercises 2> /dev/null || true   # the check below says why
	@$(MAKE) --no-print-directory html
	@$(BIN)/python -m lecture6_utils.book.check --no-tests || true   # it is built; this is for its author
	@echo "The book: file://$(CURDIR)/_build/html/index.html   (or: make serve)"

html: $(READY) ## build the pages from the stored outputs, executing nothing
	@$(BIN)/python -m lecture6_utils.book.build html

slides: $(READY) ## build the slides of the lecture anew (html builds them, too)
	@test -d _build/html || $(MAKE) --no-print-directory html
	@$(BIN)/python -m lecture6_utils.book.build slides
	@echo "The slides: file://$(CURDIR)/_build/html/slides/index.html"

zip: $(READY) ## the built book in one file, _build/lecture6-VERSION.zip, that opens offline
	@test -d _build/html || $(MAKE) --no-print-directory html
	@$(BIN)/python -m lecture6_utils.book.bundle

handouts: $(READY) ## a PDF of each lesson, printed by Chromium (LESSON=slug: of one; SOLUTIONS=no: for students)
	@$(MAKE) --no-print-directory html
	@$(BIN)/python -m lecture6_utils.book.handouts $(LESSON)

epub: $(READY) ## the whole book for e-readers, as _build/lecture6.epub
	@$(BIN)/python -m lecture6_utils.book.build epub
	@echo "The EPUB: $(CURDIR)/_build/lecture6.epub"

pdf: pdf-tools $(READY) ## the whole book as _build/lecture6.pdf (needs TeX; says which parts)
	@$(BIN)/python -m lecture6_utils.book.build latex
	@cd _build/new-pdf/_build/latex && { latexmk -xelatex -interaction=nonstopmode -halt-on-error \
	  -file-line-error lecture6.tex > latexmk.log 2>&1 || { tail -n 30 latexmk.log; \
	  echo "LaTeX failed; all it said: $(CURDIR)/_build/new-pdf/_build/latex/latexmk.log"; exit 1; }; }
	@! grep -a -E "^Missing character|undefined on input|multiply defined" \
	  _build/new-pdf/_build/latex/lecture6.log || { \
	  echo "The PDF would lack these characters or links: see fontpkg in _config.yml"; exit 1; }
	@mv -f _build/new-pdf/_build/latex/lecture6.pdf _build/lecture6.pdf
	@echo "The PDF: $(CURDIR)/_build/lecture6.pdf"

pdf-packages:
	@echo $(TEX)

# What the PDF and its test need beyond Python; of each package of LaTeX's, a file that only it brings.
pdf-tools:
	@lacks=$$( \
	  for tool in latexmk xelatex makeindex fc-list pdftotext; do \
	    command -v $$tool > /dev/null || echo "  the command $$tool"; done; \
	  for file in adjustbox.sty makecell.sty titlesec.sty unicode-math.sty pzdr.tfm \
	      texgyretermes-math.otf; do \
	    kpsewhich $$file > /dev/null 2>&1 || echo "  LaTeX's file $$file"; done; \
	  for font in "STIX" "DejaVu Sans Mono"; do \
	    fc-list ":family=$$font" 2> /dev/null | grep -q . || echo "  the font $$font"; done); \
	test -z "$$lacks" || { printf 'The PDF needs what is not here:\n%s\nOn Debian or Ubuntu: %s\n' \
	  "$$lacks" "apt install --no-install-recommends $(TEX)"; exit 1; }

check: $(READY) ## what is wrong, with file and line, in half a minute (LESSON=slug proves that one, too)
	@$(BIN)/python -m lecture6_utils.book.check $(LESSON)

# Each lesson is whole on one worker, the longest first; all others fill the gaps.
PROVE = -m pytest -n auto -q --durations=5

test: $(READY) ## prove every output of every lesson, and test all the rest
	@$(BIN)/python -m lecture6_utils.book.executor status
	@$(BIN)/ruff check -q . && $(BIN)/ruff format --check -q .
	@$(MAKE) --no-print-directory -j2 html proof

proof: # pages are built meanwhile: their tests come last, and wait for them
	@MAKEFLAGS= $(BIN)/python $(PROVE)

lighthouse: $(READY) ## Lighthouse's score of access for every page (needs node and a network)
	@test -d _build/html || $(MAKE) --no-print-directory html
	@$(BIN)/python tests/lighthouse.py

run: $(READY) ## execute every lesson again, stale or not
	@$(BIN)/python -m lecture6_utils.book.executor run --all

lab: $(READY) ## JupyterLab on copies of the lessons in mine/, for yourself (AUTHOR=yes: on the scripts)
	@$(BIN)/python -m lecture6_utils.book.lab $(if $(filter yes,$(AUTHOR)),--author) $(LAB)

serve: ## serve what is built, on this machine, and build anew what you save (PORT=8000)
	@test -x $(BIN)/python || { echo "There is no built book to serve: run make book first."; exit 1; }
	@$(BIN)/python -m lecture6_utils.book.serve "$(PORT)"

lesson: $(READY) ## begin a lesson from a template (NAME=slug), and say what a finished one needs
	@$(BIN)/python -m lecture6_utils.book.new_lesson "$(NAME)"

bench: $(READY) _build/bench/.ready ## the speed of our training beside others' (a quarter of an hour, idle machine)
	@_build/bench/bin/python bench/run.py

# It sees the book's packages, so all peers compute with the same ones, and adds its own to them.
_build/bench/.ready: bench/requirements.txt requirements.txt
	@rm -rf _build/bench && $(BIN)/python -m venv _build/bench
	@site='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  echo "import site; site.addsitedir('$$($(BIN)/python -c "$$site")')" \
	  > "$$(_build/bench/bin/python -c "$$site")/book.pth"
	@grep -v '^#' bench/requirements.txt | while read -r package; do \
	  _build/bench/bin/pip install -q --disable-pip-version-check "$$package" < /dev/null \
	  || echo "$$package cannot be installed here: what needs it is left out."; done
	@touch $@

study: $(READY) ## learn how every number varies (LESSON=slug, RUNS=8, CLUSTER=tcp://host:port)
	@$(BIN)/python -m lecture6_utils.book.study $(LESSON) $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(CLUSTER),--cluster $(CLUSTER))

quotes: $(READY) ## note which measurement each new ≈ number in the prose quotes (LESSON=slug)
	@$(BIN)/python -m lecture6_utils.book.quotes $(LESSON)

mutations: $(READY) ## plant faults in copies of the lessons, and show which check catches each
	@$(BIN)/python tests/mutations.py

# Nobody pins anything on Colab: so every lesson has to keep its ranges with the oldest and the
# newest packages that pyproject.toml admits. Pictures are not compared by pixel: another
# Matplotlib draws others. (--no-config: or uv would take the overrides of requirements.txt.)
oldest: ## prove every lesson with the oldest packages that pyproject.toml admits
newest: ## prove every lesson with the newest packages that pyproject.toml admits
oldest newest: $(READY)
	@rm -rf _build/$@ && $(PYTHON) -m venv _build/$@
	@$(BIN)/uv --no-config pip compile pyproject.toml -q --no-annotate --no-header \
	  --python _build/$@/bin/python $(if $(filter oldest,$@),--resolution lowest-direct) \
	  -o _build/$@/requirements.txt
	@_build/$@/bin/pip install -q --disable-pip-version-check -r _build/$@/requirements.txt
	@_build/$@/bin/pip install -q --disable-pip-version-check -c _build/$@/requirements.txt \
	  ipykernel jupytext nbclient nbval psutil pytest pytest-timeout pytest-xdist sphinx-external-toc
	@grep -E '^(keras|matplotlib|numpy|scikit-learn|scipy|tensorflow)=' _build/$@/requirements.txt
	@LECTURE6_PIXELS=no PYTHONPATH=$(CURDIR) _build/$@/bin/python $(PROVE) chapters

links: $(READY) ## ask for every address that the book names whether it is still there (network)
	@$(BIN)/jupyter-book build . --path-output _build/links --builder linkcheck -q

# With their extras: or pip would look for a version of its own for jsonschema[format-nongpl].
pins: ## make requirements.txt anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra book --universal --fork-strategy fewest --no-strip-extras \
	  --python-version 3.11 --no-emit-index-url --no-annotate --generate-hashes --upgrade -q \
	  --custom-compile-command "make pins" -o requirements.txt

words: ## derive the word tables again from their sources (WORDNET=folder of WordNet 3.0)
	@rm -rf _build/words && $(PYTHON) -m venv _build/words
	@_build/words/bin/pip install -q --disable-pip-version-check \
	  -r lecture6_utils/data/words/requirements.txt
	@_build/words/bin/python lecture6_utils/data/words/derive.py
	@git diff --stat --exit-code -- '*.tsv.gz' && echo "The same bytes as before."

clean: ## remove what was built; the environment and the lessons stay
	rm -rf _build

# What is installed is compared, not dated: a checkout or a pull touches files that did not change.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
	  "%s is Python %d.%d; this book needs 3.11, 3.12 or 3.13 (TensorFlow has no other). " \
	  "Install one and say, e.g., make book PYTHON=python3.12" % ((sys.executable,) + v))'
	@cmp -s requirements.txt .venv/.installed || $(MAKE) --no-print-directory environment
	@$(PIP) --no-deps -e .
	@touch $@

ifdef UV
VENV := uv venv -q --python "$$(command -v $(PYTHON))" .venv
PIP  := uv pip install -q --python $(BIN)/python
else
VENV := $(PYTHON) -m venv .venv
PIP  := $(BIN)/python -m pip install -q --disable-pip-version-check
endif

# The last environment is put back if the new one fails, as it does without a network.
environment:
	@echo "Installing the pinned environment into .venv: once, about a minute ..."
	@rm -rf .venv.last; test ! -e .venv || mv .venv .venv.last
	@{ { $(VENV) || { echo "python3 cannot make a virtual environment here. On Debian or Ubuntu: \
	apt install python3-venv"; false; }; } && $(PIP) --require-hashes -r requirements.txt \
	  && cp requirements.txt .venv/.installed && rm -rf .venv.last; } || { rm -rf .venv; \
	  test ! -e .venv.last || { mv .venv.last .venv; echo "The last environment is kept in .venv."; }; exit 1; }
