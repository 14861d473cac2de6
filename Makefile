# Sugar over ./cabinet, which is all you need. `make` lists what there is.
UV = .venv/bin/python -m uv pip compile --system-certs --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --quiet

.PHONY: help run test check bench lock

help:
	@./cabinet help
	@echo "make lock  compile the requirements from their .in files"

run test check bench:
	@./cabinet $@

lock:
	$(UV) requirements.in -o requirements.txt
	$(UV) requirements-dev.in -o requirements-dev.txt
	echo uv | $(UV) - -o fbo_cabinet/local/uv.txt
