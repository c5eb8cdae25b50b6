# `make` or `make help` says what there is.
PYTHON3 ?= python3
PY = .venv/bin/python

.PHONY: help run test test-long check unit e2e client bench bench-media bench-weak bench-soak bench-fanout bench-votes bench-archive bench-captions bench-latency docs constraints clean lan pictures wheel coverage

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start everything, with a demo branch the first time
	@$(PYTHON3) .ci/tools/bootstrap.py run
	@exec $(PY) -m meeting_server serve --demo

lan: ## the same over HTTPS, for phones on the same Wi-Fi
	@$(PYTHON3) .ci/tools/bootstrap.py run
	@exec $(PY) -m meeting_server serve --lan --demo

test: ## everything the project claims, shown
	@$(PYTHON3) .ci/tools/bootstrap.py test
	@PYTHONPATH=.ci $(PY) -m tools.checks all

test-long: ## soaks, fuzzing and kill marathons, for the night
	@$(PYTHON3) .ci/tools/bootstrap.py test
	@PYTHONPATH=.ci $(PY) -m tools.checks long

check: ## the quick part of the tests, under a minute
	@$(PYTHON3) .ci/tools/bootstrap.py check
	@PYTHONPATH=.ci $(PY) -m tools.checks quick

e2e: ## the tests that drive browsers
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m pytest tests/e2e

client: ## build the client that browsers load
	@$(PYTHON3) .ci/tools/bootstrap.py client

bench: bench-media bench-fanout bench-votes bench-archive ## the four main benchmarks, each beside a peer

bench-media bench-weak bench-fanout bench-votes bench-archive bench-captions bench-latency: bench-%:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m tests.bench.bench_$*

bench-soak:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m tests.bench.soak_media --minutes 10

docs: ## write the generated parts of the documentation and the client
	$(PY) -m meeting_server.wire.generate
	PYTHONPATH=.ci $(PY) -m tools.generated_docs

constraints: ## pin the dependencies anew, with hashes
	PYTHONPATH=.ci $(PY) -m tools.pin

clean: ## remove what was installed and built here
	rm -rf .venv web_client/node_modules web_client/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

pictures: ## photograph the demo branch for the README
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m tests.kit.browsers.pictures

coverage: ## how much of the server the unit, property and integration tests run
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m pytest -q --cov --cov-report=term:skip-covered --cov-report=json:var/coverage.json tests/unit tests/properties tests/contracts tests/integration

wheel: ## build a wheel with the client in it, into dist/
	@$(PYTHON3) .ci/tools/bootstrap.py run
	$(PY) -m hatchling build --target wheel
