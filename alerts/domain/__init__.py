"""The words of the project (docs/glossary.md) as frozen types, which pass between the folders.

Values only: no I/O, no clock. Times are aware datetimes in UTC unless a name says otherwise; languages are
BCP 47 tags in lower case ("es", "pt-br").
"""
