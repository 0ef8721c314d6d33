# Two commands matter: `make demo` and `make test`. Each does all of its own set-up.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.evenbench
TRANSFORMERS := .venv/.evenbench-transformers

# The order is the point: what is cheap fails first.
.NOTPARALLEL:

.PHONY: help venv docker image browser demo test test-fast test-browser test-docker lint screenshots format peers benchmark clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

venv: $(STAMP)  ## the virtual environment, with everything pinned

$(STAMP): pyproject.toml requirements/dev.txt
	@scripts/make-venv.sh $(PYTHON)
	@touch $@

# Only the tests need it, and torch is large: the demo does without.
$(TRANSFORMERS): $(STAMP)
	@echo "installing torch and transformers for the tests"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements/dev.txt -e '.[transformers]'
	@touch $@

docker:  ## a Docker Engine that answers
	@scripts/setup-docker.sh

image: venv docker  ## the sandbox image
	@$(BIN)/python -c "from bench.sandbox.client import connect; from bench.sandbox.docker import IMAGE; from bench.sandbox.images import ensure_image; print(ensure_image(connect(), IMAGE, say=print).tag)"

demo: image  ## the main job on its embedded default
	@scripts/demo.sh

lint: venv  ## ruff, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file's tests share a server or a model; a worker may hold torch, so there are not many of them.
test-fast: $(TRANSFORMERS)  ## the tests that need neither Docker nor a browser
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile -m "not docker and not browser"

browser:  ## a Chromium to test the report in
	@scripts/setup-browser.sh

test-browser: venv browser  ## the report in a real browser; none may be skipped for want of it
	EVENBENCH_REQUIRE_BROWSER=1 $(BIN)/pytest -m browser

test-docker: image  ## the tests that need Docker; none may be skipped for want of it
	EVENBENCH_REQUIRE_DOCKER=1 $(BIN)/pytest -m docker

test: lint test-fast test-browser test-docker  ## everything

screenshots: venv browser  ## docs/images: the report as it looks
	$(BIN)/python scripts/screenshots.py docs/images

format: venv  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

peers: .venv-peers/bin/inspect  ## what the benchmark compares us with, in an environment of its own

.venv-peers/bin/inspect: requirements/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install -q -r requirements/peers.txt

benchmark: image peers  ## how fast we are, beside others: make benchmark DATA=folder
	$(BIN)/python benchmarks/judging.py $(DATA)

clean:  ## everything that can be made again
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis dist results/demo
