# The commands of this checkout; `make` lists them. Each is a verb of `python -m hearth`, which tells more with --help.
# Everything they make lies in .venv/ and .local/. Kept to what make 3.81, which macOS ships, understands.

# Where the home folder can't be written, what uv and Go keep lies in .local/cache/.
ifneq ($(shell c="$${XDG_CACHE_HOME:-$$HOME/.cache}"; mkdir -p "$$c" 2>/dev/null; [ -w "$$c" ] || echo no),)
UV_CACHE_DIR ?= $(CURDIR)/.local/cache/uv
GOCACHE ?= $(CURDIR)/.local/cache/go
GOMODCACHE ?= $(CURDIR)/.local/cache/gomod
# Or Go makes folders that `make clean` may not delete.
GOFLAGS ?= -modcacherw
export UV_CACHE_DIR GOCACHE GOMODCACHE GOFLAGS
endif

HEARTH := ./environment && .venv/bin/python -m hearth

.PHONY: help up check test stop down serve status logs env preview image bench attack inventory lock catalog openapi firestore rename diagram clean cli assets

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

up: ## deploy stack `local` to the local cloud; later runs deploy only what changed
	@$(HEARTH) up

check: ## run lint, types, and your own tests
	@$(HEARTH) check

test: ## run lint, types, and every test
	@$(HEARTH) test

stop: ## stop the local cloud, and keep its data
	@if [ -d .local ]; then $(HEARTH) stop; else echo "Nothing runs."; fi

down: ## destroy stack `local` and its data, and stop the local cloud (YES=1 does not ask)
	@if [ -d .local ]; then $(HEARTH) down $(if $(YES),--yes); else echo "Nothing runs."; fi

serve: ## run Flask with reload, without a deploy (PORT=8000 for another port, SERVE_DATABASE=postgres or firestore for a real database)
	@$(HEARTH) serve

status: ## show what runs where
	@$(HEARTH) status

logs: ## show the logs of services, jobs and edge (FOLLOW=1 keeps printing)
	@$(HEARTH) logs $(if $(FOLLOW),--follow)

env: ## print the variables that plain `pulumi -s local` needs: eval "$(make -s env)"
	@$(HEARTH) env

preview: ## show the infra diff to another revision, offline (STACK=prod BASE=origin/main FAIL_ON=replace,delete,exposure)
	@$(HEARTH) preview --stack '$(STACK)' --base '$(or $(BASE),origin/main)' --head '$(HEAD_REF)' --fail-on '$(FAIL_ON)' --markdown '$(MARKDOWN)' $(if $(FRESH),--fresh)

image: ## build the image and try it as Cloud Run would (BASE=IMAGE or BASE_TAR=FILE, CA=FILE, STACK=prod)
	@$(HEARTH) image --base '$(BASE)' --base-tar '$(BASE_TAR)' --ca '$(CA)' --stack '$(or $(STACK),prod)'

bench: ## compare the service's framework with a peer, in ratios (WRITE=FILE writes them there)
	@$(HEARTH) bench $(if $(WRITE),--write '$(abspath $(WRITE))')

attack: ## send the service hostile inputs beside an honest client (URL=http://127.0.0.1:8080 API=/api/v1/orders FORM=/orders or empty, LIVE=/ SECONDS=10)
	@$(HEARTH) attack $(if $(URL),--url '$(URL)') $(if $(API),--api '$(API)') $(if $(filter undefined,$(origin FORM)),,--form '$(FORM)') $(if $(LIVE),--live '$(LIVE)') $(if $(SECONDS),--seconds '$(SECONDS)')

inventory: ## show where the stacks differ from their inventories, and update the inventories
	@$(HEARTH) inventory

lock: ## update the lock files after a change of a requirements.in (LOCK_FLAGS=--upgrade for newer versions)
	@$(HEARTH) lock $(LOCK_FLAGS)

catalog: ## update the catalog of Google's types after an upgrade of pulumi-gcp
	@$(HEARTH) catalog

openapi: ## update service/openapi.json after a change of the API
	@$(HEARTH) openapi

firestore: ## update service/firestore.indexes.json and firestore.rules after a change of the declarations
	@$(HEARTH) firestore

rename: ## rename the app everywhere (NAME=my-shop; ANYWAY=1 also with uncommitted changes)
	@$(HEARTH) rename $(if $(ANYWAY),--anyway) '$(NAME)'

diagram: ## draw a stack's resource graph from its state, to docs/stack.svg (STACK=local)
	@$(HEARTH) diagram $(if $(STACK),--stack '$(STACK)')

clean: ## stop everything and delete .venv/ and .local/ (YES=1 does not ask)
	@if [ -d .local ]; then $(HEARTH) clean $(if $(YES),--yes); else rm -rf .venv; fi

cli: ## install a Pulumi CLI in .local/pulumi/bin
	@$(HEARTH) cli

assets: ## build the front end, if there is a package.json
	@$(HEARTH) assets
