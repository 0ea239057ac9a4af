"""From the issue to an edition in one language: HTML, text, subject."""
