"""The desk: the pages of the people who work on the alert, under `/desk`; off until people are named.

    pages.py     what every page is: who may see it, its forms, its frame
    sign_in.py   asking for a link, using it, signing out
    month.py     the stories of the issue

A page is a pair of functions, as those for readers are (`alerts/web/request.py`): a view for GET, and an
act for POST, which returns the view to show. Each gets a `DeskVisit`, so the person is known and has the
role. A page works without JavaScript.
"""
