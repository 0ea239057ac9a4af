"""Checks whether everything is ready for sending and receiving mail."""
