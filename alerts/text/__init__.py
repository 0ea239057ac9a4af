"""Plain text, URLs, tables and JSON as streams. Pure; knows nothing of subscribers or articles."""
