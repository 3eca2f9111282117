# Every target installs what it needs first; a second call does only what changed.
PYTHON ?= python3
BOOT = $(PYTHON) backend/bootstrap.py
PY = .venv/bin/python
export OPENBLAS_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help run setup cloud build test lint e2e drills containers bench bench-load bench-avatar bench-sound client flows langflow avatars lock format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing and start everything at http://localhost:8000 (PORT=8001 for another port)
	@$(BOOT) run

setup: ## Install and build what `make run` needs, and start nothing
	@$(BOOT) setup

cloud: ## Install the clients of the cloud services (by themselves when the environment chooses one)
	@$(BOOT) setup --cloud

build: setup ## Build the front end (part of setup)

test: ## Run every test and print `N passed, N failed` (SUITES="backend web" for some of them)
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m tools.run_tests $(SUITES)

lint: ## Check formatting, types, imports, flows, the API client and the project's own rules
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m tools.lint

e2e: ## Run the browser journeys against the whole system, without a network
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m tools.run_tests e2e

drills: ## Kill parts of a running system and see it recover
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m tools.run_tests drills

containers: ## Build the images, run the stack of a server, kill parts of it (root on Debian 12; KEEP=1 keeps the images)
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m tools.containers

bench: ## Measure start, memory, stages, planning, interviews and follow-ups; JSON on standard output
	@$(BOOT) setup --dev >&2
	@cd backend && $(PY) -m tests.bench.system && $(PY) -m tests.bench.interview && $(PY) -m tests.bench.follow_up

bench-load: ## Measure reads, 1,000 event streams and 100 uploads of one API process; JSON; exit 1 if anything is lost
	@$(BOOT) setup --dev >&2
	@cd backend && $(PY) -m tests.bench.load

bench-avatar: ## Measure the interviewers in a browser: size, script per frame, first frame, memory; JSON
	@$(BOOT) setup --dev >&2
	@cd frontend && BENCH_AVATAR=1 npx --no-install playwright test e2e/bench-avatar.spec.ts --reporter=dot

bench-sound: ## Measure milliseconds from a press to the first sound of a question, in the real room; JSON
	@$(BOOT) setup --dev >&2
	@cd backend && BENCH_SOUND=1 $(PY) -m tests.e2e.run e2e/bench-sound.spec.ts

client: ## Write the typed API client of the front end anew
	@$(BOOT) setup
	@cd backend && $(PY) -m tools.client

flows: ## Write langflow/flows anew after a change of a component
	@$(BOOT) setup
	@langflow/.venv/bin/python langflow/build_flows.py

langflow: ## Install and start a whole Langflow server with its editor and the project's flows (docs/langflow.md)
	@$(BOOT) langflow

avatars: ## Build the interviewers anew (models, then sprites and portraits with Chromium); see assets/avatar
	@$(PYTHON) assets/avatar/make.py

lock: ## Write the hashed lock files from the requirements*.in files (UPGRADE=1: newest versions)
	@$(BOOT) lock $(if $(UPGRADE),--upgrade)

format: ## Format all code
	@$(BOOT) setup --dev
	@cd backend && $(PY) -m ruff check --fix -q . ../langflow && $(PY) -m ruff format -q . ../langflow
	@cd frontend && npm run --silent format

clean: ## Remove everything installed and built; data in ./data stays
	rm -rf .stamps backend/.venv backend/.models langflow/.venv langflow/.venv-server frontend/node_modules frontend/dist
	find backend langflow -name __pycache__ -type d -prune -exec rm -rf {} +
