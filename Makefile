# The commands of this checkout; `make` lists them. Everything they make lies in .venv/ and .local/.
# Kept to what make 3.81, which macOS ships, understands.

PY := .venv/bin/python
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help up test down serve status logs env preview image bench inventory lock openapi rename diagram clean environment cli assets

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

up: cli assets ## deploy stack `local` on the local cloud; again: only what changed
	@$(PY) -m localcloud up

test: cli ## lint, types, every test
	@tools/test

down: ## destroy stack `local` and stop the local cloud
	@if [ -x $(PY) ]; then $(PY) -m localcloud down; fi

serve: environment assets ## the inner loop: Flask with reload, no deploy (PORT=8000 for another port)
	@$(PY) service/dev.py

status: environment ## what runs where
	@$(PY) -m localcloud status

logs: environment ## logs of service, jobs and edge (FOLLOW=1 keeps going)
	@$(PY) -m localcloud logs $(if $(FOLLOW),--follow)

env: cli ## export lines with which plain `pulumi -s local` works: eval "$(make -s env)"
	@$(PY) -m localcloud env

preview: cli ## infra diff to another revision, offline (STACK=prod BASE=origin/main FAIL_ON=replace,delete,exposure)
	@$(PY) -m tools.preview --stack '$(STACK)' --base '$(or $(BASE),origin/main)' --head '$(HEAD_REF)' --fail-on '$(FAIL_ON)' --markdown '$(MARKDOWN)'

image: environment assets ## build the image and try it as Cloud Run would (BASE=IMAGE or BASE_TAR=FILE, CA=FILE, STACK=prod)
	@$(PY) -m tools.image --base '$(BASE)' --base-tar '$(BASE_TAR)' --ca '$(CA)' --stack '$(or $(STACK),prod)'

bench: environment ## the service against a peer, as ratios in one run (WRITE=README.md puts them there)
	@PYTHONPATH=.:service $(PY) -m bench $(if $(WRITE),--write '$(WRITE)')

inventory: environment ## show what the stacks declare other than tests/stacks/inventory/ says, and take it over
	@$(PY) -m tests.stacks.update

lock: environment ## renew the lock files after a change of requirements.in (LOCK_FLAGS=--upgrade for newer versions)
	@$(LOCK) $(LOCK_FLAGS) requirements.in -o requirements.txt
	@$(LOCK) -c requirements.txt service/requirements.in -o service/requirements.txt
	@$(LOCK) -c requirements.txt localcloud/requirements.in -o localcloud/requirements.txt
	@$(LOCK) $(LOCK_FLAGS) tools/pulumi/requirements.in -o tools/pulumi/requirements.txt

assets: ## the front end's own build, where there is a package.json
	@tools/assets

openapi: environment ## renew service/openapi.json after a change of the API
	@cd service && ../$(PY) -m app.api openapi.json

rename: environment ## call the app by another name, everywhere (NAME=my-shop; ANYWAY=1 also with uncommitted changes)
	@$(PY) -m tools.rename $(if $(ANYWAY),--anyway) '$(NAME)'

diagram: cli ## draw a stack's resource graph from its state, to docs/stack.svg (STACK=local)
	@$(PY) -m tools.diagram $(if $(STACK),--stack '$(STACK)')

clean: down ## stop everything and delete .venv/ and .local/
	@rm -rf .venv .local

environment:
	@tools/environment

cli: environment
	@$(PY) -m tools.pulumi
