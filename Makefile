# The front door. `make` lists the targets.

BUILD := swift build --explicit-target-dependency-import-check error
# Programs for use need no Swift toolchain where they run, and carry no symbols.
BUILD_RELEASE := $(BUILD) -c release --static-swift-stdlib -debug-info-format none -Xlinker -s
RELEASE := .build/release
SWIFT := Package.swift Sources Tests Evaluation Benchmarks/Package.swift Benchmarks/Sources \
  Examples/Package.swift Examples/Sources Fuzz/Package.swift Fuzz/Sources/Fuzz \
  Conformance/Package.swift Conformance/Sources/codec-conformance
PREFIX ?= /usr/local
SANITIZE_FLAG := $(if $(SANITIZE),--sanitize=$(SANITIZE) --scratch-path .build-$(SANITIZE))

.PHONY: help setup build release demo-programs generate format lint test judge conformance fuzz attack stress torture labeling power-loss check demo demo-detection eval-classification eval-detection judge-map bench-interleave bench-codec bench-rpc bench-idle bench-detection bench-store bench-backup install graph clean

help: ## Lists these targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 24

setup: ## Installs what is needed: Debian packages and the backbone's weights.
	@Scripts/setup

build: setup ## Builds everything for development.
	$(BUILD) --build-tests $(SANITIZE_FLAG)

release: setup ## Builds the programs for use, into .build/release.
	$(BUILD_RELEASE) --target programs

demo-programs: setup
	$(BUILD_RELEASE) --target demo-programs

test: build ## Runs all tests. SANITIZE=thread or address runs those of the RPC under a sanitizer.
	@Scripts/test $(SANITIZE_FLAG)
ifndef SANITIZE
	@Scripts/judge-python --count 20 --seconds 20 --testee "$$(swift build --show-bin-path)/codec-testee"
	@Scripts/test-examples
endif

judge: setup ## COUNT=10000 random messages of every type before Python's protobuf, both ways.
	$(BUILD_RELEASE) --product codec-testee
	@Scripts/judge-python --count $(or $(COUNT),10000) --testee $(RELEASE)/codec-testee

conformance: setup ## The testee of protobuf's conformance suite, under RUNNER=PATH or our own judge.
	@Scripts/conformance $(RUNNER)

fuzz: setup ## Fuzzes TARGET=decode (roundtrip, json, differential, frames) for SECONDS=60; INPUT=FILE runs one input.
	@Scripts/fuzz $(TARGET) $(or $(INPUT),$(SECONDS),60)

attack: build ## The attacks on the RPC server, with CONNECTIONS=100000 connection attempts.
	@DIYML_ATTACK_CONNECTIONS=$(or $(CONNECTIONS),100000) Scripts/test --filter AttackTests

stress: release build ## 200 clients for 60 s, and calls beside a 100 MB upload, on release programs.
	@DIYML_PROGRAMS=$(RELEASE) DIYML_STRESS_SECONDS=60 Scripts/test --filter StressTests

labeling: build ## Two people label 1,000 images at once, with renames and uploads between, for SECONDS=60.
	@DIYML_LABELING_SECONDS=$(or $(SECONDS),60) Scripts/test --filter LabelingTests

power-loss: build ## The store after every power loss and with every call failing, and with every page garbled.
	$(BUILD_RELEASE) --product store-scenario
	$(BUILD_RELEASE) --product DiskLayer
	@DIYML_PROGRAMS=$(RELEASE) DIYML_POWER_LOSS=1 Scripts/test --filter '^PowerLossTests\.'

torture: release build ## Random calls by 12 clients while the server is killed at random moments, for SECONDS=600.
	@DIYML_PROGRAMS=$(RELEASE) DIYML_TORTURE_SECONDS=$(or $(SECONDS),600) DIYML_TORTURE_SEED=$(or $(SEED),1) \
	  Scripts/test --filter TortureTests

demo: demo-programs ## The main job from account to prediction. DATA=FOLDER uses your own class folders.
	@Scripts/main-job demo $(DATA)

eval-classification: demo-programs ## Trains on DATA=FOLDER/train.txt and measures on its test.txt.
	@Scripts/main-job evaluate $(DATA)

demo-detection: demo-programs ## The main job with boxes, on composed scenes. DATA=FOLDER uses your own YOLO, COCO or VOC.
	@Scripts/main-job demo-detection $(DATA)

eval-detection: demo-programs ## Trains on the parts train and val of DATA=FOLDER and measures on its part test.
	@Scripts/main-job evaluate-detection $(DATA)

judge-map: ## What detection evaluations found, measured by pycocotools as well. RESULTS=FILES, else all there are.
	@[ -d .build/diyml/pycocotools ] || \
	  python3 -m pip install --quiet --root-user-action ignore --target .build/diyml/pycocotools pycocotools
	@PYTHONPATH=.build/diyml/pycocotools \
	  Scripts/judge-map $(or $(RESULTS),$(wildcard Benchmarks/results/*-detection-*.json))

bench-interleave: demo-programs ## What a 100 MB upload costs the small calls on its connection.
	@$(RELEASE)/diyml-demo interleave

bench-codec: setup ## Our codec against swift-protobuf and libprotobuf-c, side by side.
	@swift build -c release --package-path Benchmarks --product bench-codec
	@Benchmarks/.build/release/bench-codec Benchmarks/results/bench-codec.json

bench-rpc: setup ## Our RPC against grpc-swift-2 and bare SwiftNIO, side by side. QUICK=1 takes 20 s.
	@swift build -c release --package-path Benchmarks --product bench-rpc
	@cd Benchmarks && .build/release/bench-rpc $(if $(QUICK),--quick)

bench-idle: setup ## What 10,000 idle connections cost a server and an active connection.
	@swift build -c release --package-path Benchmarks --product bench-rpc
	@cd Benchmarks && .build/release/bench-rpc idle

bench-detection: setup ## The detector's training step and inference against the same network in PyTorch.
	@$(BUILD_RELEASE) --product detector-speed
	@Scripts/bench-detection

bench-store: release ## What each method costs with 10^3, 10^5 and 10^6 images, and others beside it. SIZES="1000 10000".
	@swift build -c release --package-path Benchmarks --product bench-store
	@Benchmarks/.build/release/bench-store $(RELEASE) .build/diyml/efficientnet-lite0.safetensors \
	  Benchmarks/results/bench-store.json $(SIZES)

bench-backup: release ## Backup against cp -a and verification against sha256sum, of BYTES=1073741824.
	@Scripts/bench-backup $(RELEASE) $(BYTES)

install: release ## Copies programs and weights to PREFIX (/usr/local).
	install -d $(PREFIX)/bin $(PREFIX)/share/diyml
	install $(RELEASE)/diyml $(RELEASE)/diymld $(RELEASE)/diyml-engine $(PREFIX)/bin
	install -m 644 .build/diyml/efficientnet-lite0.safetensors $(PREFIX)/share/diyml

generate: ## Writes Swift from Protos, and Docs/Limits.md. CHECK=1 only fails when the result would differ.
	@CHECK=$(CHECK) Scripts/generate

graph: setup ## Draws Docs/Modules.svg from the manifest. CHECK=1 only fails when the picture would differ.
	@CHECK=$(CHECK) Scripts/graph

format: ## Rewrites Swift and the C shims in the project's format.
	swift format --in-place --recursive --parallel $(SWIFT)
	clang-format -i $$(git ls-files 'Sources/*.[ch]' 'Sources/*.[ch]pp' 'Benchmarks/*.[ch]' ':!*/Generated/*')

lint: ## Complains about style that no formatter mends.
	swift format lint --strict --recursive --parallel $(SWIFT)
	@Scripts/tidy --self-test && Scripts/tidy
	@Scripts/limits --self-test

check: lint setup ## What a change must pass.
	@Scripts/contract --self-test && Scripts/contract && Scripts/contract --comments
	@$(MAKE) --no-print-directory generate CHECK=1
	@$(MAKE) --no-print-directory graph CHECK=1
	@$(MAKE) --no-print-directory test

clean: ## Removes what was built; the weights are fetched again by the next setup.
	rm -rf .build .build-*
