# make run    start everything, with a demo branch the first time
# make test   everything the project claims, shown
# make test-long  soaks, fuzzing and kill marathons, for the night
# make check  the quick part of it, under a minute
PYTHON3 ?= python3
PY = .venv/bin/python

.PHONY: run test test-long check unit e2e client bench bench-media bench-weak bench-soak bench-fanout bench-votes bench-archive bench-captions bench-latency docs constraints clean

run:
	@$(PYTHON3) .ci/tools/bootstrap.py run
	@exec $(PY) -m meeting_server serve --demo

lan:
	@$(PYTHON3) .ci/tools/bootstrap.py run
	@exec $(PY) -m meeting_server serve --lan --demo

test:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	@PYTHONPATH=.ci $(PY) -m tools.checks all

test-long:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	@PYTHONPATH=.ci $(PY) -m tools.checks long

check:
	@$(PYTHON3) .ci/tools/bootstrap.py check
	@PYTHONPATH=.ci $(PY) -m tools.checks quick

e2e:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m pytest tests/e2e

client:
	@$(PYTHON3) .ci/tools/bootstrap.py client

bench: bench-media bench-fanout bench-votes bench-archive

bench-media bench-weak bench-fanout bench-votes bench-archive bench-captions bench-latency: bench-%:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m tests.bench.bench_$*

bench-soak:
	@$(PYTHON3) .ci/tools/bootstrap.py test
	$(PY) -m tests.bench.soak_media --minutes 10

docs:
	$(PY) -m meeting_server.wire.generate
	PYTHONPATH=.ci $(PY) -m tools.generated_docs

constraints:
	PYTHONPATH=.ci $(PY) -m tools.pin

clean:
	rm -rf .venv web_client/node_modules web_client/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
