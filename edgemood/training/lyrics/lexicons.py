"""The lexicons that may be shipped, as the arrays the box reads
(`edgemood.music.analysis.lyrics.model`).

English: VADER and Empath (MIT). Chinese: jionlp (Apache 2.0). Their licences lie in
`models/licenses`. Pronouns, interjections and tenses are themes of our own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.npz import packed
from edgemood.training.common.paths import data_file
from edgemood.training.lyrics.data import simplified_characters

Arrays = dict[str, NDArray[Any]]

_ENGLISH_THEMES = {
    "i": "i me my mine myself i'm i'll i've i'd",
    "you": "you your yours yourself you're you'll you've ya",
    "we": "we us our ours we're we'll we've let's",
    "he_or_she": "he she him her his hers he's she's",
    "they": "they them their theirs they're",
    "calls": "yeah oh ooh na la hey ah whoa woah uh da doo",
    "past": "was were had did been went gone left lost used",
    "future": "will i'll we'll you'll gonna shall tomorrow",
}
_CHINESE_THEMES = {
    "i": "我 自己 我的",
    "you": "你 您 妳 你的",
    "we": "我们 咱们 大家",
    "he_or_she": "他 她 他们 她们",
    "calls": "啊 啦 耶 喔 哦 呀 嘿 哈 哎 噢 嗨 嘞",
    "fear": "怕 害怕 可怕 恐惧 恐怖 惊慌 惶恐 畏惧 担心 不安 噩梦 恶梦 梦魇 鬼 魔鬼 恶魔 "
    "幽灵 黑暗 阴影 "
    "颤抖 发抖 尖叫 血 死亡 地狱 深渊 毁灭 怪物 逃 逃跑 躲 窒息 诡异 阴森 冷汗",
    "anger": "恨 愤怒 生气 讨厌 滚 骗 骗子 谎言 虚伪 混蛋 贱 笨蛋 报复 "
    "背叛 够了 闭嘴 凭什么 他妈的 fuck shit",
    "joy": "快乐 开心 幸福 微笑 笑 欢乐 阳光 甜蜜 浪漫 美丽 美好 喜欢 跳舞 舞 派对 party happy",
    "sorrow": "泪 眼泪 流泪 哭 哭泣 伤 伤心 难过 寂寞 孤单 心碎 离开 分手 失去 "
    "遗憾 想念 痛 心痛 后悔 回忆",
    "life": "世界 人生 生活 梦想 勇敢 坚持 未来 明天 希望 路 飞 自由 时代 社会",
}
_NO_NEGATIONS = frozenset(
    [
        *("不仅", "不仅仅", "不仅仅是", "不光", "不久", "不单", "不只", "不止", "不变", "不一"),
        *("不负", "否定", "无关", "不同", "除非", "而不是说"),
    ]
)
"""in jionlp's list, but they do not turn round what follows"""
_POLARITY_RANGE_ENGLISH = 4.0
_POLARITY_RANGE_CHINESE = 2.0
_DEGREE_OF_WEIGHT = 0.5
"""VADER adds 0.293 to a polarity of about 2: a factor of 1.15"""


def english(data: Path) -> Arrays:
    """VADER's polarity, negation and degree words; Empath's categories."""
    polarity = {
        word: float(mean) / _POLARITY_RANGE_ENGLISH
        for word, mean, *_ in _fields(data, "en_vader_lexicon.txt")
        if word.isascii() and word.replace("'", "").isalpha()
    }
    with data_file("lyrics/lexicon/en_negation_degree.csv", data).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    degrees = {
        row["word"]: 1.0 + _DEGREE_OF_WEIGHT * float(row["weight"])
        for row in rows
        if row["type"] != "negation"
    }
    themes = {name: words for name, *words in _fields(data, "en_empath_categories.tsv")}
    themes |= {f"our_{name}": words.split() for name, words in _ENGLISH_THEMES.items()}
    negations = sorted({row["word"] for row in rows if row["type"] == "negation"})
    return _arrays(polarity, negations, degrees, themes, {})


def chinese(data: Path) -> Arrays:
    """Jionlp's polarity, negation and degree words, and its table of simplified characters."""
    polarity = {
        word: float(weight) / _POLARITY_RANGE_CHINESE
        for word, weight, *_ in _fields(data, "zh_jionlp_polarity.txt")
    }
    degrees = {word: float(factor) for word, factor, *_ in _fields(data, "zh_jionlp_degree.txt")}
    negations = {word for word, *_ in _fields(data, "zh_jionlp_negation.txt")}
    themes = {name: words.split() for name, words in _CHINESE_THEMES.items()}
    kept = sorted(negations - _NO_NEGATIONS)
    return _arrays(polarity, kept, degrees, themes, simplified_characters(data))


def _arrays(
    polarity: Mapping[str, float],
    negations: list[str],
    degrees: Mapping[str, float],
    themes: Mapping[str, list[str]],
    simplified: Mapping[int, str],
) -> Arrays:
    in_themes = [
        (word, n) for n, words in enumerate(themes.values()) for word in set(words) if word
    ]
    return {
        "polar_words": packed(polarity),
        "polarities": np.array(list(polarity.values()), dtype=np.float16),
        "negations": packed(negations),
        "degree_words": packed(degrees),
        "degrees": np.array(list(degrees.values()), dtype=np.float16),
        "theme_words": packed(word for word, _ in in_themes),
        "themes": np.array([theme for _, theme in in_themes], dtype=np.int16),
        "traditional": packed(chr(code) for code in simplified),
        "simplified": packed(simplified.values()),
    }


def _fields(data: Path, name: str) -> Iterator[list[str]]:
    text = data_file(f"lyrics/lexicon/{name}", data).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line.strip())
