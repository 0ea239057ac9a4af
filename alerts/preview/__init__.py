"""The preview: every edition of a month as its readers will see it, on this machine only.

`exhibit` is one edition ready to be looked at, and the ways to look; `desk` makes exhibits and notices
when something they depend on changes; `pages` shows them in a browser; `camera` takes their pictures.
Reads the project and changes nothing in it.
"""
