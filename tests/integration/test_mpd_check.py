from typer.testing import CliRunner

from edgemood.cli.commands import app


def test_a_playlist_that_mpd_has_not_is_told_with_the_nearest_one(person, mpd_server, tmp_path):
    person.save("Calm evening")
    file = tmp_path / "config.yaml"

    def check(playlist):
        file.write_text(
            f"mpd: {{host: {mpd_server.socket}}}\nmusic: {{table: {{sad: {playlist}}}}}\n"
        )
        return CliRunner().invoke(app, ["check", str(file), "--state", str(tmp_path)]).output

    assert "no problems" in check("Calm evening")
    assert 'MPD has no playlist "Calm evenin" (did you mean Calm evening?)' in check("Calm evenin")
    person.save("hapy")
    assert "no problems" in check("hapy")
