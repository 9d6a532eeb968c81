# make run    installs what is missing, builds, and runs three example agents under shipped profiles
# make test   installs what is missing, builds, and passes every test
# make build  leaves one static executable at .build/release/guardrun
# make attacks  tries every attack of docs/attacks.md, and writes that page
# make reference  writes docs/policy.md from the keys that the decoder knows
# make bench  compares with the bare command and with other sandboxes; writes bench/out/
# make hosts  boots the oldest kernel that is claimed and a newer one, and writes docs/hosts.md
# make interpreters  runs people's programs and CPython's own tests bare and guarded, and writes docs/interpreters.md
# make bench-scan DATA=DIR  recall, false alarms and throughput of the scan on labelled code
# make bench-trails EVENTS=1000000  what appending to trails, verifying and asking them costs
# make confidences DATA=DIR  measures how sure the findings of each rule are, and writes that into the sources
# make wheel  leaves the Python package with the executable in it in .build/wheels, tried in an environment of its own
# make install PREFIX=/usr/local DESTDIR=
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PREFIX ?= /usr/local
GUARDRUN = .build/release/guardrun

# The release is Embedded Swift where the toolchain has it for this machine: no metadata is made while a run starts, all
# code is generated once, for the whole program, and what nobody calls is left out. CONTRIBUTING.md says what that asks.
SWIFT_LIB := $(dir $(shell readlink -f $$(command -v swift)))../lib/swift
UNICODE := $(wildcard $(SWIFT_LIB)/embedded/$(shell uname -m)-unknown-linux-gnu/libswiftUnicodeDataTables.a)
swiftc = $(foreach flag,$(1),-Xswiftc $(flag))
EMBEDDED = $(call swiftc,-enable-experimental-feature Embedded -enable-experimental-feature DeferredCodeGen \
	-Xfrontend -function-sections -I $(CURDIR)/embedded/Glibc -Xclang-linker -static) \
	-Xcc -DGUARDRUN_EMBEDDED -Xlinker --gc-sections -Xlinker $(UNICODE)
FULL = --static-swift-stdlib -Xswiftc -static-executable
RELEASE = -c release --product guardrun $(if $(UNICODE),$(EMBEDDED),$(FULL)) -Xlinker -lm
EVENTS ?= 1000000
DATA ?= ../shared/data

.PHONY: all build confidences run test test-python attacks reference lint bench bench-scan bench-trails hosts interpreters install clean packages wheel

all: build

packages:
	@scripts/packages

build: packages
	@swift build $(RELEASE) 2>&1 | { grep -v 'statically linked applications requires' || true; }

run: build
	@scripts/demonstrate $(GUARDRUN)

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

test: build lint
	@scripts/packages test
	GUARDRUN_BIN=$(CURDIR)/$(GUARDRUN) swift test --disable-xctest
	@scripts/test-python $(GUARDRUN)

test-python: build
	@scripts/packages test
	scripts/test-python $(GUARDRUN)

wheel: build
	scripts/wheel $(GUARDRUN)

attacks: build
	@scripts/packages test
	GUARDRUN_BIN=$(CURDIR)/$(GUARDRUN) GUARDRUN_WRITE_ATTACKS=1 swift test --disable-xctest --filter 'GuardTests.Attack'
	@sed -n '/^## /,$$p' docs/attacks.md

reference: build
	$(GUARDRUN) policy schema --format markdown > docs/policy.md

bench: build
	@scripts/packages test
	bench/run $(GUARDRUN)

bench-trails: packages
	@swift build $(subst product guardrun,product trail-bench,$(RELEASE)) 2>&1 | { grep -v 'statically linked applications requires' || true; }
	rm -rf bench/out/trails && mkdir -p bench/out
	.build/release/trail-bench bench/out/trails $(EVENTS)
	rm -rf bench/out/trails

bench-scan: build
	bench/scan $(GUARDRUN) $(DATA)

confidences: build
	bench/scan $(GUARDRUN) $(DATA) --confidences Sources/Scan/Rules/MeasuredConfidences.swift

interpreters: build
	@scripts/packages interpreters
	bench/interpreters $(GUARDRUN) --write docs/interpreters.md

hosts: build
	@scripts/packages hosts
	scripts/hosts/run $(GUARDRUN) --write docs/hosts.md

install: build
	install -D -m 755 $(GUARDRUN) $(DESTDIR)$(PREFIX)/bin/guardrun
	install -D -m 644 docs/guardrun.1 $(DESTDIR)$(PREFIX)/share/man/man1/guardrun.1
	install -D -m 644 completions/guardrun.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/guardrun

clean:
	rm -rf .build bench/out
