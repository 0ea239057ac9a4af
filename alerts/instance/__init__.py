"""Which copy of the database is the one that sends."""
