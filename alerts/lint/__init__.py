"""Checks of the final bytes of a message."""
