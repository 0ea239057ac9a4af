"""Setting up: the questions of `alerts setup`, what becomes of the answers, and what a server needs.

Answers are drafted in memory, and written once all of them are there. The files for a server come from the
templates in `server/`, which are also those of the documents.
"""
