"""The library: a project opened, each use case one call. The command line is its first user."""
