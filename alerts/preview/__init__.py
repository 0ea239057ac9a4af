"""The preview: every edition of a month as its readers will see it, on this machine only.

`sample` is one edition as a finished message, in several modes; `editions` renders them again when
something changes; `pages` shows them in a browser; `screenshots` takes pictures. Reads the project and
changes nothing in it.
"""
