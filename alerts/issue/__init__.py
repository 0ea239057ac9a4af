"""From articles to the issue of a month, and editing it."""
