"""Past editions as public pages, feeds and calendar files."""
