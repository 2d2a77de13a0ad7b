"""The DJ: how the box behaves towards MPD's queue and the people who use it."""
