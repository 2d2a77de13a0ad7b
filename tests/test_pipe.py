import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import as_scores
from edgemood.mood import FaceEvidence, Reason, Sense, VoiceEvidence
from edgemood.pipe import SenseReport, SenseState, decode, encode

unit = st.floats(0, 1)
times = st.floats(0, 1e9)
scores = st.lists(unit, min_size=7, max_size=7).filter(lambda w: sum(w) > 0.01).map(as_scores)
reasons = st.sampled_from(Reason)
records = st.one_of(
    st.builds(FaceEvidence, times, scores, unit, st.none(), st.integers(1, 9), unit),
    st.builds(FaceEvidence, times, st.none(), st.just(0.0), reasons, st.integers(0, 9), unit),
    st.builds(VoiceEvidence, times, scores, unit, st.none(), unit, st.floats(-120, 0)),
    st.builds(VoiceEvidence, times, st.none(), st.just(0.0), reasons, unit, st.floats(-120, 0)),
    st.builds(
        SenseReport,
        st.sampled_from(Sense),
        times,
        st.sampled_from(SenseState),
        st.text(),
        st.text(),
    ),
)


@given(records)
def test_a_record_crosses_the_pipe_as_one_line_and_arrives_unchanged(record):
    line = encode(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    arrived = decode(line)
    assert type(arrived) is type(record)
    for field in dataclasses.fields(record):
        sent, got = getattr(record, field.name), getattr(arrived, field.name)
        if isinstance(sent, np.ndarray):
            assert np.allclose(sent, got, atol=1e-6)
            assert got.dtype == np.float32
        else:
            assert sent == got
            assert type(sent) is type(got)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_record_are_refused_and_nothing_worse(line):
    with pytest.raises(ValueError, match="not a record of a sense"):
        decode(line)


@pytest.mark.parametrize(
    "change",
    [
        {"record": "Picture"},
        {"scores": None},
        {"scores": [1] * 6},
        {"scores": [float("nan")] * 7},
        {"scores": [-1, 1, 1, 1, 1, 1, 1]},
        {"reliability": 2},
        {"reliability": "much"},
        {"at_s": float("nan")},
        {"at_s": None},
        {"pixels": [0, 0, 0]},
        {"reason": "BORED"},
    ],
)
def test_a_line_with_a_wrong_field_is_refused(change):
    record = FaceEvidence(1.0, as_scores([1] * 7), 0.5, None, faces=1, light=0.5)
    line = json.dumps(json.loads(encode(record)) | change).encode()
    with pytest.raises(ValueError, match="not a record of a sense"):
        decode(line)


@pytest.mark.parametrize("line", [b"", b"[]", b"3", b"null", b'"x"', b"{}", b"\xff", b"[" * 5000])
def test_json_that_is_no_record_is_refused(line):
    with pytest.raises(ValueError, match="not a record of a sense"):
        decode(line)
