"""Tests; see README.md here for the levels."""
