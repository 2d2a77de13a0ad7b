import json

import pytest
import yaml
from typer.testing import CliRunner

from edgemood.cli.commands import app
from edgemood.cli.profile import watch
from edgemood.emotion import Emotion
from edgemood.errors import EdgemoodError, ProfileError
from edgemood.music.recommender import TASTE, TasteStore
from edgemood.vision.identity import enrolment, known_faces


@pytest.fixture
def faces(tmp_path):
    return tmp_path / "faces"


@pytest.fixture
def profile(tmp_path, faces):
    """Say ``edgemood profile …`` to a box with a state folder of its own."""
    config = tmp_path / "config.yaml"

    def say(verb, *words, recognise="yes"):
        vision = {"known_faces": str(faces), "recognise": recognise}
        config.write_text(yaml.safe_dump({"vision": vision}))
        options = ["--state", str(tmp_path)]
        if verb != "add":
            options += ["--config", str(config)]
        return CliRunner().invoke(app, ["profile", verb, *words, *options])

    return say


def test_the_household_is_always_there(profile):
    assert profile("list").output == "household: 0 plays and skips\n"
    result = profile("remove", "household")
    assert isinstance(result.exception, ProfileError)
    assert "stays" in str(result.exception)


def test_somebody_is_added_told_and_forgotten(profile, tmp_path):
    assert profile("add", "Ada Lovelace").exit_code == 0
    store = TasteStore(tmp_path / TASTE)
    store.tell_deed("Ada Lovelace", 1, Emotion.SAD, good=1)
    assert "Ada Lovelace: 1 plays and skips" in profile("list").output
    assert profile("remove", "ada lovelace").exit_code == 0
    assert "Ada" not in profile("list").output
    assert "no such profile" in str(profile("remove", "Ada").exception)


def test_a_running_box_sees_at_once_who_was_added_and_removed(profile, tmp_path):
    store = TasteStore(tmp_path / TASTE)
    profile("add", "Ada")
    assert store.profiles() == ("household", "Ada")
    store.tell_deed("Ada", 1, Emotion.SAD, good=1)
    profile("remove", "Ada")
    assert store.profiles() == ("household",)
    store.tell_deed("Ada", 1, Emotion.SAD, good=1)
    assert len(store.evidence("household")) == 0
    profile("add", "Ada")
    assert len(store.evidence("Ada")) == 0


@pytest.mark.parametrize("name", ["", "../etc", ".hidden", "a" * 41, "a\nb"])
def test_a_name_that_is_none_is_refused(profile, name):
    assert isinstance(profile("add", name).exception, ProfileError)


def test_the_same_name_twice_is_refused(profile):
    profile("add", "Ada")
    assert "already" in str(profile("add", "ADA").exception)


def test_a_state_folder_that_is_not_there_is_named(tmp_path):
    words = ["profile", "add", "Ada", "--state", str(tmp_path / "nowhere")]
    assert "nowhere" in str(CliRunner().invoke(app, words).exception)
    with pytest.raises(EdgemoodError):
        raise CliRunner().invoke(app, words).exception


def test_nobody_is_enrolled_unless_recognition_is_on(profile, faces):
    assert "recognise: yes" in str(profile("enrol", "Ada", recognise="no").exception)
    assert not faces.exists()


def test_enrolment_tells_how_the_picture_looks_until_the_face_is_known(faces):
    faces.mkdir()  # as a box does that recognises people
    says = ["too dark", "good", "Ada is known now"]
    told = []

    def look(_duration_s):
        assert json.loads((faces / enrolment.REQUEST).read_text()) == {"name": "Ada"}
        done = len(says) == 1
        progress = {"name": "Ada", "views": 3, "say": says.pop(0), "done": done, "enrolled": done}
        (faces / enrolment.PROGRESS).write_text(json.dumps(progress))

    watch(faces, "Ada", told.append, look)
    assert told == ["3/12: too dark", "3/12: good", "Ada is known now"]
    assert not (faces / enrolment.REQUEST).exists()


def test_a_box_that_does_not_look_is_not_waited_for_for_ever(faces):
    faces.mkdir()
    with pytest.raises(ProfileError, match="does not look"):
        watch(faces, "Ada", print, lambda _duration_s: None)
    assert not (faces / enrolment.REQUEST).exists()


def test_removing_somebody_forgets_the_face(profile, faces):
    profile("add", "Ada")
    faces.mkdir()
    (faces / "Ada.json").write_text("{}")
    assert "Ada: 0 plays and skips, face known" in profile("list").output
    assert "face and all" in profile("remove", "Ada").output
    assert known_faces.names(faces) == []
