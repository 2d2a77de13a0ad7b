"""The table of the world's languages in `edgemood/languages.tsv`, from Unicode's CLDR.

``pip install babel==2.19.0; python -m edgemood.training.language_names > edgemood/languages.tsv``

Babel carries the Common Locale Data Repository (https://cldr.unicode.org, licence Unicode-3.0): its
English names of languages, each language's name for itself, and its aliases, which hold the codes
of ISO 639-2 (both kinds) and 639-3 for languages that have one of two letters.
"""

from __future__ import annotations

import sys
from collections import defaultdict

from babel import Locale, UnknownLocaleError
from babel.core import get_global

HEAD = "# code of ISO 639-1, else 639-3; other codes; names. For the source see languages.py.\n"
ALSO = {"zh": ["Mandarin"], "fa": ["Farsi"], "es": ["Castilian"]}
"""names that ISO 639-2's own list has, and CLDR has not"""


def table() -> dict[str, tuple[list[str], list[str]]]:
    """For each code its other codes, and its names in English and in itself."""
    english = Locale("en").languages
    codes: dict[str, list[str]] = defaultdict(list)
    for alias, target in get_global("language_aliases").items():
        if target and "_" not in alias and "-" not in alias:
            codes[target.split("_")[0]].append(alias)
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in english.items():
        names[code.split("_")[0]].append(name)
    for code in list(names):
        try:
            own = Locale.parse(code).languages.get(code)
        except (UnknownLocaleError, ValueError):
            continue
        if own is not None:
            names[code].append(own)
    for code, more in ALSO.items():
        names[code] += more
    known = {code for code in names if code not in {"und", "mis", "mul", "zxx"}}
    return {code: (sorted(codes[code]), list(dict.fromkeys(names[code]))) for code in sorted(known)}


def main() -> None:
    """Print the table: code, other codes and names, between tabs; several with a bar between."""
    sys.stdout.write(HEAD)
    for code, (codes, names) in table().items():
        sys.stdout.write(f"{code}\t{'|'.join(codes)}\t{'|'.join(names)}\n")


if __name__ == "__main__":
    main()
