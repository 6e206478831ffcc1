# hearthgate: `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --warn-undefined-variables

# The build of the function, the same to the byte on every machine, so that a
# deploy sees no change where there is none. infra/internal/build runs it too.
BUILD := GOWORK=off GOFLAGS= CGO_ENABLED=0 go build -trimpath -buildvcs=false -mod=readonly -tags lambda.norpc -ldflags "-s -w -buildid="

.PHONY: help
help: ## show the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: function
function: ## build the function that the stack deploys (arm64 Linux)
	@mkdir -p .build/function
	cd function && GOOS=linux GOARCH=arm64 $(BUILD) -o ../.build/function/bootstrap .

.PHONY: test
test: ## set up what the tests need and run every test
	go test work
