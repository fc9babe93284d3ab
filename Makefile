# Pregonero. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-slow check fix bench pins clean
PY := .venv/bin/python

help: ## Esta ayuda
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Prepara .venv con todo lo que usan las pruebas y las revisiones
	@bin/setup test
	@bin/browser

run: ## Levanta todo, con la demostración, y dice dónde mirar
	@bin/setup base
	@exec .venv/bin/pregonero run

# Apart from the rest: the browser keeps an event loop in its process, and Django refuses to work beside one.
test: setup ## Corre todas las pruebas y las revisiones
	@$(PY) -m pytest -q -n auto --dist loadfile -m "not slow" --ignore=tests/browser
	@$(PY) -m pytest -q -n auto --dist loadfile -m "not slow" tests/browser
	@$(MAKE) --no-print-directory check

test-slow: setup ## Corre también los casos largos
	@$(PY) -m pytest -q -n auto --dist loadfile --ignore=tests/browser
	@$(PY) -m pytest -q -n auto --dist loadfile tests/browser

check: setup ## Revisa estilo, tipos, contratos entre apps, migraciones y presupuestos
	@$(PY) -m tests.checks

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
