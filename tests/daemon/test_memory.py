import json

from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.daemon.memory import Memory

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_a_name_never_kept_recalls_nothing(tmp_path):
    assert Memory(tmp_path).recall("sensing") is None


@settings(max_examples=30, deadline=None)  # each keeps two files durably
@given(document=documents)
def test_what_was_kept_is_there_after_a_restart(tmp_path_factory, document):
    folder = tmp_path_factory.mktemp("state")
    Memory(folder).keep("songs", document)
    assert Memory(folder).recall("songs") == document


def test_a_document_changed_by_its_owner_afterwards_is_kept_as_it_was(tmp_path):
    memory = Memory(tmp_path)
    songs = [1]
    memory.keep("songs", songs)
    songs.append(2)
    assert memory.recall("songs") == [1]
    memory.keep("songs", songs)
    assert Memory(tmp_path).recall("songs") == [1, 2]


def test_a_damaged_document_is_as_good_as_none_and_can_be_replaced(tmp_path):
    (tmp_path / "songs.json").write_bytes(b'[{"id": 12, "fi')
    memory = Memory(tmp_path)
    assert memory.recall("songs") is None
    memory.keep("songs", [3])
    assert Memory(tmp_path).recall("songs") == [3]


def test_a_half_written_replacement_leaves_the_old_document(tmp_path):
    Memory(tmp_path).keep("songs", ["old"])
    (tmp_path / ".songs.json.new").write_text('["ne')  # power went here
    assert Memory(tmp_path).recall("songs") == ["old"]


def test_a_folder_that_cannot_be_written_is_complained_about_once(tmp_path, caplog):
    blocked = tmp_path / "state"
    blocked.write_text("a file where the folder should be")
    memory = Memory(blocked)
    memory.keep("sensing", document=False)
    memory.keep("sensing", document=True)
    assert memory.recall("sensing") is True
    assert len(caplog.records) == 1
    blocked.unlink()
    memory.keep("sensing", document=False)
    assert json.loads((blocked / "sensing.json").read_text()) is False


def test_only_the_daemon_may_read_what_is_kept(tmp_path):
    Memory(tmp_path).keep("songs", [])
    assert (tmp_path / "songs.json").stat().st_mode & 0o777 == 0o600
