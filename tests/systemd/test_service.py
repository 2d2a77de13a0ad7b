import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).resolve().parents[2] / "systemd"
MOST_EXPOSED = 21
"""In tenths of systemd's exposure level, which goes from 0 (best) to 10. One of them is for
ProtectClock=, which forbids even to read whether the clock was set."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists on any machine."""
    text = (UNITS / "edgemood.service").read_text()
    assert text.count("ExecStart=/usr/bin/edgemood run") == 1
    unit = tmp_path / "edgemood.service"
    unit.write_text(text.replace("/usr/bin/edgemood", "/bin/true"))
    return unit


def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_unit_leaves_little_to_attack(unit: Path) -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_user_and_its_groups_can_be_created(tmp_path: Path) -> None:
    for folder in ("etc", "usr/lib/sysusers.d"):
        (tmp_path / folder).mkdir(parents=True)
    subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(UNITS / "edgemood.sysusers")], check=True
    )
    assert "edgemood:" in (tmp_path / "etc/passwd").read_text()
    groups = {
        line.split(":")[0]: line.split(":")[3]
        for line in (tmp_path / "etc/group").read_text().splitlines()
    }
    assert [name for name, members in groups.items() if "edgemood" in members.split(",")] == [
        "audio",
        "gpio",
        "video",
    ]
