"""Files that survive power cuts, full disks and strangers: documents, logs, databases, a lock."""
