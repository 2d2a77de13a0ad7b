import pytest

from edgemood.music.mpd.answers import bytes_per_s


@pytest.mark.parametrize(
    ("sound", "rate"),
    [
        ("44100:16:2", 176_400),
        ("8000:16:1", 16_000),
        ("96000:f:2", 768_000),
        ("dsd64:2", None),
        ("*:*:*", None),
        ("0:16:2", None),
        ("9" * 400 + ":16:2", None),
        (None, None),
    ],
)
def test_the_rate_of_sound_is_told_by_its_format(sound: str | None, rate: int | None) -> None:
    assert bytes_per_s(sound) == rate
