"""An example plug-in: sources that are lists of links, and a transport that appends to one file."""
