"""The whole issue as one text file: its format, writing, reading, merging."""
