"""Takes over the old issues of another system: files to words, with their dates and languages."""
