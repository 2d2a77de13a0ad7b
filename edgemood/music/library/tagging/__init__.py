"""The mood written into the owner's files, without a byte changed beside it."""
