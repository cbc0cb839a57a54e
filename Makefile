# make demo and make test do everything on a machine that has Swift and apt.
packages = libopenblas-dev liblapacke-dev libsqlite3-dev libcurl4-openssl-dev zlib1g-dev pkg-config
release = .build/release
demo = .build/demo
# Tests at a time.
tests = 8

.PHONY: setup build demo test bench speed compare-asks ask-costs service-load entrants katib-sdk page-browser campaign page-speed openapi format

# Installs the missing system packages where apt is, and says what is missing elsewhere.
setup:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install"; exit 1; }
	@missing=""; \
	if command -v dpkg-query >/dev/null; then \
		for package in $(packages); do \
			dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
		done; \
		if [ -n "$$missing" ]; then \
			echo "installing$$missing"; \
			sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
			$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
		fi; \
	else \
		for module in openblas lapacke sqlite3 libcurl zlib; do \
			pkg-config --exists $$module || missing="$$missing $$module"; \
		done; \
		[ -z "$$missing" ] || { echo "please install the development files of:$$missing (with pkg-config)"; exit 1; }; \
	fi

build: setup
	swift build -c release --product attune
	swift build -c release --product attune-supervisor
	swift build -c release --product attune-digits

# Tunes a neural network on the digits set, in a store of its own.
demo: build
	@rm -rf $(demo) && mkdir -p $(demo)
	ATTUNE_STORE=$(demo)/attune.db $(release)/attune run experiments/quickstart/experiment.yaml
	@echo; echo "All trials: ATTUNE_STORE=$(demo)/attune.db $(release)/attune trials quickstart"

# Some tests at a time, where this Swift can: all at once they wait for one another, longer than their limits allow.
test: setup katib-sdk page-browser
	swift build --build-tests
	width=--experimental-maximum-parallelization-width; \
	swift test --help-hidden | grep -q -- "$$width" && width="$$width $(tests)" || width=; \
	SWIFT_BACKTRACE=threads=crashed,images=mentioned,symbolicate=fast swift test --skip-build $$width

# Overhead per trial against a shell loop, peak memory, and a long study.
bench: build
	Benchmarks/overhead.sh

# Time and allocations of proposals, appends and decoding.
speed: setup
	swift package --package-path Benchmarks/Speed benchmark --no-progress

# Attune's time for a proposal against that of other people's optimizers, where those are installed.
compare-asks: build
	Benchmarks/compare-asks.sh

# What a suggestion costs after long histories, beside other people's optimizers.
ask-costs: setup
	Benchmarks/ask-costs.sh

# Requests per second of the service, beside what it answers to an empty method, and beside a peer.
service-load: build
	swift build -c release --product attune-service-benchmark
	Benchmarks/service.sh

# Other people's optimizers, for comparisons only: docs/optimize.md.
entrants:
	python3.11 -m venv .build/entrants
	.build/entrants/bin/pip install --quiet --requirement Benchmarks/entrants/requirements.txt

# Katib's Python SDK, for the test that drives the operator with it; without a network the test says that it is skipped.
katib-sdk:
	@[ -x .build/katib-sdk/bin/python ] || { mkdir -p .build && python3 -m venv .build/katib-sdk \
		&& .build/katib-sdk/bin/pip install --quiet 'kubeflow-katib==0.19.0' 'kubernetes<36'; } >/dev/null 2>&1 \
		|| { rm -rf .build/katib-sdk; echo "Katib's SDK could not be installed; its test is skipped"; }

# A browser and its driver, for the tests of the web page; without a network or apt the tests say that they are skipped.
page-browser:
	@[ -x .build/page-browser/bin/python ] || { mkdir -p .build && python3 -m venv .build/page-browser \
		&& .build/page-browser/bin/pip install --quiet 'playwright<2' 'axe-playwright-python<0.2'; } >/dev/null 2>&1 \
		|| { rm -rf .build/page-browser; echo "playwright could not be installed; the page's browser tests are skipped"; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1 \
		|| echo "chromium could not be installed; the page's browser tests are skipped"

# Opens 100,000 trials in a browser, in optuna-dashboard too where .build/entrants has it.
page-speed: build page-browser
	.build/page-browser/bin/python -B Benchmarks/page-open.py $(release)/attune \
		$(if $(wildcard .build/entrants/bin/optuna-dashboard),--dashboard .build/entrants/bin/python)

# Kills attune at random moments, fills its disk, sends its service nonsense; nothing may be lost.
campaign: build
	Tests/Campaigns/kill.sh
	Tests/Campaigns/full-disk.sh
	Tests/Campaigns/kill-experiments.sh
	python3 Tests/Campaigns/kill-service.py $(release)/attune
	ATTUNE_FUZZ=10000 swift test --filter FuzzTests
	ATTUNE_OPERATOR_TRIALS=1000 ATTUNE_OPERATOR_KILLS=50 swift test --filter OperatorCommandTests
	ATTUNE_SCALE=1 swift test --filter OperatorScaleTests

# The OpenAPI document, from the protos; needs protoc and Python.
openapi:
	Sources/AttuneProto/openapi.py > .build/openapi.swift
	mv .build/openapi.swift Sources/AttuneProto/OpenAPIDocument.swift

format:
	swift format --in-place --recursive --parallel Sources algorithms Tests Benchmarks Package.swift
