# hearthgate: `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --warn-undefined-variables

STAGE ?= dev
ARGS ?=
FUZZTIME ?= 30s
RELEASE ?=
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
BIN := $(CURDIR)/.build/bin
HEARTHGATE := go run ./infra/cmd/hearthgate
CDK := npx --prefix infra cdk

# The tag or the commit of this clone; empty outside a clone.
VERSION = $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null)

# The build of the function: one commit gives the same bytes on every machine, so
# that a deploy sees no change where there is none. infra/internal/project runs it too.
# The standard library is compiled without inlining, except for what is called most often,
# its internal packages: the program, all of which a cold start may have to read, is 0.4 MB
# shorter, and starts and directives are as fast.
BUILD = GOWORK=off GOFLAGS= CGO_ENABLED=0 go build -trimpath -buildvcs=false -mod=readonly -tags lambda.norpc,nethttpomithttp2 -gcflags=std=-l -gcflags=runtime= -gcflags=internal/...= -gcflags=crypto/internal/...= -ldflags "$(LAMBDA)-s -w -buildid= -X github.com/hearthgate/hearthgate/config.version=$(VERSION)"

# Lambda's arm64 machines have pages of 4 KB; the linker would leave room for some of 64 KB,
# of which 0.1 MB is nothing but zeros.
LAMBDA =
function: LAMBDA = -R=4096 # a space ends it

# The race detector needs a C compiler, which not every machine has. Only the target
# that uses it warns, and in CI fails.
CC_FOUND = $(shell command -v gcc || command -v clang)
RACE = $(if $(CC_FOUND),-race,$(if $(filter undefined,$(origin CI)),$(warning no C compiler was found, so the tests run without the race detector: install gcc),$(error the race detector needs a C compiler: install gcc)))

# What `make check` tests: the packages that need neither Node nor Home Assistant.
CHECKED := ./config/... ./function/... ./infra/internal/...

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: ## run the function with a simulated home and six directives, on this machine
	@infra/cmd/demo/build.sh .build/demo env $(BUILD)
	@.build/demo $(ARGS)

# `make install` stamps the command with its version, and with the clone that it works in
# where the working directory is in none. INSTALLED is where `go install` puts it.
STAMP = -X github.com/hearthgate/hearthgate/config.version=$(VERSION) -X 'github.com/hearthgate/hearthgate/infra/internal/project.installedFrom=$(CURDIR)'
INSTALLED = go list -f '{{.Target}}' ./infra/cmd/hearthgate

.PHONY: install
install: ## build the hearthgate command, and install it and the completions of your shells
	@go install -ldflags "$(STAMP)" ./infra/cmd/hearthgate || { \
		echo 'hearthgate was not installed: the message above says why.' >&2; \
		echo 'If a folder cannot be written, name others: make install GOBIN=/folder/of/programs GOCACHE=/folder GOMODCACHE=/folder' >&2; exit 1; }
	@program=$$($(INSTALLED)); echo "installed $$program"; "$$program" completion install; \
		case ":$$PATH:" in *":$${program%/*}:"*) ;; *) echo "add it to your PATH: export PATH=\"$${program%/*}:\$$PATH\"" ;; esac

.PHONY: uninstall
uninstall: ## delete what `make install` has installed; your stages stay
	@$(HEARTHGATE) completion uninstall
	@program=$$($(INSTALLED)); rm -f "$$program"; echo "removed $$program"

.PHONY: check
check: vet ## check the code and run the unit tests: within a minute, without Node and Home Assistant
	go test $(CHECKED)

# The tests of infra build programs and run them, of which go test knows nothing: it would
# take an old result for that of a changed program. Hence -count=1.
.PHONY: test
test: $(BIN)/gotestsum infra/node_modules/.package-lock.json ## install what the tests need and run every test, with the race detector
	@{ failed=0; \
		go test -json $(RACE) ./function/... ./config/... || failed=1; \
		go test -json -count=1 -timeout 40m ./constructs/... ./infra/... || failed=1; \
		exit $$failed; } | go run ./infra/cmd/heartbeat | $(BIN)/gotestsum --format pkgname --raw-command -- cat

.PHONY: function
function: ## build the function as it is deployed (arm64 Linux)
	@mkdir -p .build/function
	cd function && GOOS=linux GOARCH=arm64 $(BUILD) -o ../.build/function/bootstrap .

.PHONY: synth
synth: infra/node_modules/.package-lock.json ## synthesize the stack of every stage, else of the examples, and check it with cdk-nag
	$(CDK) synth --strict --quiet $(ARGS)

.PHONY: diff
diff: infra/node_modules/.package-lock.json ## show what `make deploy` would change
	$(CDK) diff --strict hearthgate-$(STAGE) $(ARGS)

.PHONY: deploy
deploy: infra/node_modules/.package-lock.json ## deploy STAGE (default: dev) to your AWS account
	$(HEARTHGATE) deploy --stage $(STAGE) $(ARGS)

.PHONY: vet
vet: $(BIN)/staticcheck ## run gofmt, go vet and staticcheck on all code
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); test -z "$$unformatted" || { echo "run gofmt on:" $$unformatted; exit 1; }
	go vet work
	$(BIN)/staticcheck ./config/... ./constructs/... ./function/... ./infra/...

.PHONY: lint
lint: vet ## make vet, and build each module by itself with its go.mod tidy
	@for module in config constructs function infra; do (cd $$module && GOWORK=off go mod tidy -diff && GOWORK=off go build ./...) || exit; done

.PHONY: docs
docs: ## generate the documents that are made from the code
	go test ./function/app -run TestDocuments -count=1 -update

.PHONY: bench
bench: $(BIN)/benchstat ## measure cold starts, warm replies, memory and operations, and compare them with the last committed
	@mkdir -p .build && cp function/docs/benchmarks.txt .build/benchmarks-committed.txt
	go run ./infra/cmd/bench $(ARGS)
	$(BIN)/benchstat committed=.build/benchmarks-committed.txt now=.build/benchmarks.txt

.PHONY: trace
trace: ## replay a day of a home's traffic and print the cache's hit rate
	go test ./function/app -run TestTrace -v -count=1

.PHONY: faults
faults: ## inject every fault into every kind of directive and print the matrix
	go test ./infra/e2e -run 'TestFaultMatrix|TestRelayFaultMatrix' -v -count=1

# Inputs that reached new code are kept in testdata/fuzz. Go reports "context deadline
# exceeded" when the time is over in the middle of a run: without an input that is no failure.
.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZTIME (default: 30s)
	@mkdir -p .build
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z]*' config function infra/internal | sed -E 's,/[^/]+:func ,:,' | sort | xargs -P 2 -I{} bash -c 'target={}; \
		pkg=$${target%:*}; name=$${target#*:}; \
		out=$$(go test ./$$pkg -run "^$$" -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x -parallel 1 2>&1) || grep -q "context deadline exceeded" <<<"$$out" && ! grep -q "Failing input" <<<"$$out" || { echo "$$out"; exit 1; }; \
		printf "%-36s %s\n" $${pkg##*/}.$$name "$$(grep -o "elapsed: .*" <<<"$$out" | tail -1 | sed "s, ([0-9]*/sec),,")"' | tee .build/fuzz.txt

.PHONY: soak
soak: ## send 100,000 directives, with faults among them, and check what leaks or is lost
	go test ./infra/e2e -run TestSoak -v -count=1 -timeout 20m -soak 100000

.PHONY: judges
judges: infra/node_modules/.package-lock.json ## have the judges that others wrote check everything (function/docs/reliability.md)
	go test $$(grep -rl --include='*_test.go' --exclude-dir=node_modules '^func TestJudge' infra | sed -E 's,(.*)/[^/]+,./\1,' | sort -u) -run '^TestJudge' -v -count=1 -timeout 20m

.PHONY: home-assistant
home-assistant: ## let the tests run another release of Home Assistant: RELEASE=2026.12.0
	go run ./infra/testkit/realhome/adopt $(ARGS) $(RELEASE)

.PHONY: integration
integration: ## pack the integration for Home Assistant, as HACS installs it
	@go run ./infra/cmd/integration

.PHONY: clean
clean: ## delete what was built or installed below the clone
	rm -rf .build infra/node_modules

$(BIN)/gotestsum:
	GOBIN=$(BIN) GOWORK=off GOFLAGS= go install gotest.tools/gotestsum@v1.13.0

$(BIN)/benchstat:
	GOBIN=$(BIN) GOWORK=off GOFLAGS= go install golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

$(BIN)/staticcheck:
	GOBIN=$(BIN) GOWORK=off GOFLAGS= go install honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Without npm the tests that need the CDK are skipped and say so; in CI they fail.
infra/node_modules/.package-lock.json: infra/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix infra --no-audit --no-fund; else echo 'skipped: npm is missing, so the CDK is not installed; install Node 20 or newer' >&2; fi
