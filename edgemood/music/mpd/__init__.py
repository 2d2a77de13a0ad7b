"""MPD's protocol: the one connection, the queue's mirror, and what refusals mean."""
