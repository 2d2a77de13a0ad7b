"""Child processes: the side that supervises them, and the side that lives inside."""
