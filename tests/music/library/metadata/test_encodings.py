# ruff: noqa: RUF001 - letters of other scripts
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.library.metadata.encodings import MOST_BYTES, decoded

TEXTS = {
    "Я помню чудное мгновенье:\nПередо мной явилась ты\n": ["cp1251", "koi8_r", "cp866"],
    "Ніч яка місячна, зоряна, ясная\nВидно, хоч голки збирай\n": ["cp1251"],
    "我爱你 如果没有你 没有过去\n我不会有伤心 但是有如果 还是要爱你\n": [
        "gb18030",
        "gbk",
        "gb2312",
    ],
    "我愛你 如果沒有你 沒有過去\n我不會有傷心 但是有如果 還是要愛你\n": ["big5", "gb18030"],
    "君のことが好きだから\n夢の中で会えたらいいな\n": ["shift_jis", "euc_jp", "cp932"],
    "사랑해요 그대를 사랑해요\n내 마음을 알아줘요 눈물이 흘러요\n": ["euc_kr", "cp949"],
    "Où est passé mon été, déjà là-bas\n": ["latin-1", "cp1252"],
    "Grüße aus Köln, ich weiß nicht\n": ["latin-1", "cp1252"],
    "Corazón, ¿dónde estás mañana?\n": ["latin-1", "cp1252"],
    "Nie wiem, co się ze mną dzieje\nżółte liście spadają już\n": ["cp1250", "iso8859_2"],
    "Když tě potkám, řeknu ti\nže tě mám rád\n": ["cp1250", "iso8859_2"],
    "Σ' αγαπώ γιατί είσαι ωραία\n": ["cp1253"],
    "Seni seviyorum çünkü güzelsin\nşarkı söylüyorum\n": ["cp1254"],
    "אני אוהב אותך כל כך\nאיפה את עכשיו\n": ["cp1255"],
    "أحبك كثيرا يا حبيبي\nأين أنت الآن\n": ["cp1256"],
    "ฉันรักเธอมากมาย\nเธออยู่ที่ไหน\n": ["cp874"],
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("times", [1, 20])
def test_a_text_without_a_mark_is_read_in_its_encoding(text, times):
    wide = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16", "utf-32", "utf-8", "utf-8-sig"]
    for encoding in TEXTS[text] + wide:
        assert decoded((text * times).encode(encoding)) == text * times, encoding


@pytest.mark.parametrize("text", TEXTS)
def test_times_of_an_lrc_do_not_mislead(text):
    timed = "".join(f"[00:{at:02}.00]{line}\n" for at, line in enumerate(text.splitlines()))
    for encoding in TEXTS[text]:
        assert decoded(timed.encode(encoding)) == timed, encoding


def test_a_text_cut_within_a_letter_loses_no_more_than_that():
    assert decoded(("x" + "é" * MOST_BYTES).encode()[:MOST_BYTES]).endswith("é")
    assert decoded("café".encode("latin-1")) == "café"


@given(st.binary(max_size=300))
def test_any_bytes_become_text(content):
    assert isinstance(decoded(content), str)
