import os
import stat

import pytest

from edgemood.storage.foreign_files import reading, replacing, writer_of


@pytest.fixture
def root(tmp_path):
    (tmp_path / "inner").mkdir(mode=0o755)
    (tmp_path / "inner" / "a").write_bytes(b"old")
    (tmp_path / "inner" / "a").chmod(0o640)
    return tmp_path


def replace(root, path, content=b"new"):
    with replacing(root, path) as (old, new):
        new.write(old.read() + content)


def test_a_file_is_replaced_and_its_permissions_stay(root):
    song = root / "inner" / "a"
    before = song.stat()
    replace(root, song)
    assert song.read_bytes() == b"oldnew"
    assert stat.S_IMODE(song.stat().st_mode) == 0o640
    assert (song.stat().st_uid, song.stat().st_gid) == (before.st_uid, before.st_gid)
    assert list(song.parent.iterdir()) == [song]


def test_extended_attributes_stay(root):
    song = root / "inner" / "a"
    try:
        os.setxattr(song, "user.rating", b"5")
    except OSError:  # not on every file system
        return
    replace(root, song)
    assert os.getxattr(song, "user.rating") == b"5"


def test_a_link_is_neither_read_nor_replaced_and_nothing_behind_it_is_touched(root):
    victim = root / "victim"
    victim.write_bytes(b"mine")
    link = root / "inner" / "link"
    link.symlink_to(victim)
    with pytest.raises(OSError, match="it is a link"):
        replace(root, link)
    with pytest.raises(OSError, match="it is a link"), reading(root, link):
        pass
    (root / "way").symlink_to(root / "inner")
    with pytest.raises(OSError, match="the folder way is a link"):
        replace(root, root / "way" / "a")
    assert victim.read_bytes() == b"mine"
    assert (root / "inner" / "a").read_bytes() == b"old"


def test_the_folder_itself_may_be_a_link_for_its_owner_named_it(root):
    (root / "music").symlink_to(root / "inner")
    replace(root / "music", root / "music" / "a")
    assert (root / "inner" / "a").read_bytes() == b"oldnew"


def test_a_link_laid_where_copies_used_to_be_made_is_harmless(root):
    song, victim = root / "inner" / "a", root / "victim"
    victim.write_bytes(b"mine")
    (root / "inner" / ".a.edgemood").symlink_to(victim)
    replace(root, song)
    assert victim.read_bytes() == b"mine"
    assert song.read_bytes() == b"oldnew"


def test_when_it_fails_the_file_is_as_it_was_and_nothing_is_left(root):
    song = root / "inner" / "a"

    def fail():
        with replacing(root, song) as (_, new):
            new.write(b"half")
            raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        fail()
    assert song.read_bytes() == b"old"
    assert list(song.parent.iterdir()) == [song]


def test_what_somebody_else_wrote_meanwhile_stays(root):
    song = root / "inner" / "a"

    def race():
        with replacing(root, song) as (_, new):
            new.write(b"tagged")
            song.write_bytes(b"somebody else's")

    with pytest.raises(OSError, match="meanwhile"):
        race()
    assert song.read_bytes() == b"somebody else's"


def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "inner" / "pipe")
    with pytest.raises(OSError, match="no regular file"), reading(root, root / "inner" / "pipe"):
        pass


def test_a_folder_others_may_write_to_is_not_written_to_by_root(root):
    (root / "inner").chmod(0o777)
    if os.geteuid() != 0:
        replace(root, root / "inner" / "a")
        assert (root / "inner" / "a").read_bytes() == b"oldnew"
        return
    with pytest.raises(OSError, match="so root does not"):
        replace(root, root / "inner" / "a")


def test_a_file_is_written_by_its_owner_else_by_that_of_its_folder(root):
    song = root / "inner" / "a"
    assert writer_of(song) == os.geteuid()
    if os.geteuid() != 0:
        return
    os.chown(root / "inner", 1234, 1234)
    assert writer_of(song) == 1234
    os.chown(song, 4321, 4321)
    assert writer_of(song) == 4321
