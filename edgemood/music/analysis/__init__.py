"""What a song's words and sound say of its mood: pure, from text and samples to readings.

`LyricsModel` reads lyrics, `SoundModel` listens to pieces, `fuse` puts their words together. They
are imported from their modules, since the process that plays music needs none of them.
"""
