import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.config.schema import Config, HearingConfig, MicrophoneConfig
from edgemood.hearing import watch
from edgemood.pipe import Record, SenseReport, SenseState
from edgemood.records import VoiceEvidence


def listening_to(path: Path, **hearing: Path) -> Config:
    return Config(
        microphone=MicrophoneConfig(source="replay", path=path), hearing=HearingConfig(**hearing)
    )


def reach(records: Iterator[Record], wanted: Callable[[Record], bool]) -> Record:
    """The first record that is wanted, which must come soon."""
    for record in itertools.islice(records, 1_000):
        if wanted(record):
            return record
    raise AssertionError("a thousand records, and what was waited for is not among them")


def is_report(state: SenseState) -> Callable[[Record], bool]:
    return lambda record: isinstance(record, SenseReport) and record.state is state


def is_evidence(record: Record) -> bool:
    return isinstance(record, VoiceEvidence)


def is_judged(record: Record) -> bool:
    return isinstance(record, VoiceEvidence) and record.scores is not None


@pytest.fixture
def speech_file(speech, tmp_path: Path) -> Path:
    file = tmp_path / "speech.wav"
    soundfile.write(file, speech, 48_000)
    return file


def test_it_tells_that_it_starts_then_that_it_works_then_what_it_hears(clock, speech_file) -> None:
    records = list(itertools.islice(watch(listening_to(speech_file), clock, clock.wait), 20))
    states = [record.state for record in records if isinstance(record, SenseReport)]
    assert states == [SenseState.STARTING, SenseState.WORKING]
    assert any(record.scores is not None for record in records[2:])


def test_something_comes_at_least_every_two_seconds(clock, speech_file) -> None:
    records = itertools.islice(watch(listening_to(speech_file), clock, clock.wait), 200)
    times_s = [record.at_s for record in records]
    assert max(b - a for a, b in itertools.pairwise(times_s)) < 2.0


def test_a_microphone_that_is_not_there_is_reported_and_found_once_it_is(
    clock, speech, tmp_path: Path
) -> None:
    file = tmp_path / "later.wav"
    records = watch(listening_to(file), clock, clock.wait)
    missing = reach(records, is_report(SenseState.MISSING))
    assert str(file) in missing.detail
    soundfile.write(file, speech, 48_000)
    assert reach(records, is_report(SenseState.WORKING)).at_s < missing.at_s + 5
    reach(records, is_evidence)


def test_a_switched_off_microphone_is_missing_for_good(clock) -> None:
    config = Config(microphone=MicrophoneConfig(source="none"))
    records = list(itertools.islice(watch(config, clock, clock.wait), 50))
    assert {record.state for record in records} == {SenseState.MISSING}
    assert {record.detail for record in records} == {"switched off in config.yaml"}
    assert max(b.at_s - a.at_s for a, b in itertools.pairwise(records)) < 2.0


@pytest.mark.parametrize("which", ["model", "voice_gate"])
@pytest.mark.parametrize("content", [None, b"", b"not a model", "truncated", "foreign"])
def test_a_bad_model_is_a_fault_that_names_the_file_and_ends_when_it_is_restored(
    clock, speech_file, tmp_path: Path, which: str, content: bytes | str | None
) -> None:
    good = {"model": HearingConfig().model, "voice_gate": HearingConfig().voice_gate}
    file = tmp_path / "some.tflite"
    if content == "truncated":
        file.write_bytes(good[which].read_bytes()[:2_000])
    elif content == "foreign":
        file.write_bytes(good["model" if which == "voice_gate" else "voice_gate"].read_bytes())
    elif content is not None:
        file.write_bytes(content)
    records = watch(listening_to(speech_file, **{which: file}), clock, clock.wait)
    fault = reach(records, is_report(SenseState.FAULT))
    assert str(file) in fault.detail
    assert "expected" in fault.detail
    file.write_bytes(good[which].read_bytes())
    reach(records, is_report(SenseState.WORKING))


def test_every_kind_of_sound_goes_through_without_a_stop(
    clock, speech, music, noise, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "1.wav", speech, 44_100)
    soundfile.write(tmp_path / "2.ogg", np.stack([music, -music], axis=1), 48_000)
    soundfile.write(tmp_path / "3.flac", noise, 8_000)
    soundfile.write(tmp_path / "4.wav", np.full(16_000, np.nan), 16_000, subtype="FLOAT")
    (tmp_path / "5.wav").write_bytes(b"no sound")
    records = itertools.islice(watch(listening_to(tmp_path), clock, clock.wait), 300)
    states = [record.state for record in records if isinstance(record, SenseReport)]
    assert states == [SenseState.STARTING, SenseState.WORKING]


def test_a_real_microphone_is_heard_lost_and_heard_again(
    sound_server, impatient_clock, speech, tmp_path: Path
) -> None:
    minute = tmp_path / "minute.wav"
    soundfile.write(minute, np.tile(speech, 5), 48_000)
    sound_server.play(minute)
    records = watch(Config(), impatient_clock, impatient_clock.wait)
    assert reach(records, is_report(SenseState.WORKING)).device == "default"
    reach(records, is_judged)
    sound_server.kill()
    assert "stopped delivering" in reach(records, is_report(SenseState.FAULT)).detail
    assert "plug" in reach(records, is_report(SenseState.MISSING)).detail
    sound_server.start()
    reach(records, is_report(SenseState.WORKING))
    reach(records, is_evidence)
    records.close()


def test_a_muted_microphone_is_a_fault_that_says_what_to_do_and_ends_with_the_first_sound(
    clock, speech, tmp_path: Path
) -> None:
    file = tmp_path / "muted.wav"
    soundfile.write(file, np.concatenate([np.zeros(8 * 48_000), speech]), 48_000)
    records = watch(listening_to(file), clock, clock.wait)
    reach(records, is_report(SenseState.WORKING))
    fault = reach(records, is_report(SenseState.FAULT))
    assert "unmute" in fault.detail
    assert fault.device
    assert reach(records, is_report(SenseState.WORKING)).at_s < fault.at_s + 5


def test_a_microphone_that_is_always_overdriven_is_a_fault_that_says_what_to_do(
    clock, speech, tmp_path: Path
) -> None:
    file = tmp_path / "loud.wav"
    soundfile.write(file, np.clip(60 * speech, -1, 1), 48_000)
    records = watch(listening_to(file), clock, clock.wait)
    assert "level down" in reach(records, is_report(SenseState.FAULT)).detail
