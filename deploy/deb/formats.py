"""Prints what the box remembers, and in which version of its format: ``1 library.db``."""

from edgemood.music.library.index.schema import INDEX
from edgemood.music.library.index.song_index import FILE_NAME
from edgemood.music.recommender.taste.store import TASTE
from edgemood.music.recommender.taste.tables import FILE
from edgemood.state import DOCUMENTS

print(len(INDEX.steps), FILE_NAME)
print(len(FILE.steps), TASTE)
for document in DOCUMENTS:
    print(document.version, f"{document.name}.json")
