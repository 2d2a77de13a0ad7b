"""The song index: the database, its schema, and the owner's labels."""
