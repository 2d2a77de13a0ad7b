"""`mpd.host` as MPD's own clients write it, with a password before the address."""

import pytest

from edgemood.config.schema import MpdConfig


@pytest.mark.parametrize(
    ("written", "host", "password"),
    [
        ("localhost", "localhost", None),
        ("/run/mpd/socket", "/run/mpd/socket", None),
        ("@mpd", "@mpd", None),
        ("secret@127.0.0.1", "127.0.0.1", "secret"),
        ("secret@/run/mpd/socket", "/run/mpd/socket", "secret"),
        ("secret@@mpd", "@mpd", "secret"),
        ("at@home@nas", "nas", "at@home"),
    ],
)
def test_a_password_before_the_address_is_one(written, host, password):
    config = MpdConfig.model_validate({"host": written})
    assert config.host == host
    assert (config.password and config.password.get_secret_value()) == password
    assert "secret" not in repr(config)


def test_the_key_for_passwords_overrules():
    config = MpdConfig.model_validate({"host": "old@nas", "password": "new"})
    assert config.password.get_secret_value() == "new"
    assert config.host == "nas"
