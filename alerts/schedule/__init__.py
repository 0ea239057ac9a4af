"""Decides what is due, and runs it at the planned times."""
