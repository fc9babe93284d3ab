# Pregonero. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-slow test-code test-browser check fix bench pins clean
PY := .venv/bin/python
# What runs in the ordinary run; `make test-slow` empties it and runs the long cases too.
SELECTED := -m "not slow"
# Prints what a command wrote once it ends, so that the parts that run at the same time do not mix their lines.
at-end = output=$$($(1) 2>&1) && status=0 || status=$$?; printf '%s\n' "$$output"; exit $$status

help: ## Esta ayuda
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Prepara .venv con todo lo que usan las pruebas y las revisiones
	@bin/setup test
	@bin/browser

run: ## Levanta todo, con la demostración, y dice dónde mirar
	@bin/setup base
	@exec .venv/bin/pregonero run

test: setup ## Corre todas las pruebas y las revisiones
	@$(MAKE) --no-print-directory --jobs=3 test-code test-browser check

test-slow: setup ## Corre también los casos largos
	@$(MAKE) --no-print-directory --jobs=2 SELECTED= test-code test-browser

test-code: setup ## Corre las pruebas que no abren un navegador
	@$(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder $(SELECTED) --ignore=tests/browser

# A process apart: the browser keeps an event loop in its own, and Django refuses to work beside one.
test-browser: setup ## Corre las pruebas en un navegador
	@$(call at-end,$(PY) -m pytest -q $(SELECTED) tests/browser)

check: setup ## Revisa estilo, tipos, contratos entre apps, migraciones y presupuestos
	@$(call at-end,$(PY) -m tests.checks)

fix: setup ## Arregla lo que se arregla solo
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@$(PY) -m tests.checks.traceability
	@$(PY) -m tests.checks.tables
	@$(PY) -m tests.checks.translations

bench: ## Mide los envíos frente al límite y frente a su par (5.000; unos minutos)
	@bin/setup-bench
	@.venv/bin/pregonero bench deliveries

pins: setup ## Vuelve a fijar las versiones, con sus huellas
	@bin/pins --upgrade

clean: ## Borra el entorno y los datos de este equipo
	@rm -rf .venv .venv-bench var
