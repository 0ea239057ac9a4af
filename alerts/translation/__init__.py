"""Machine translation: drafts that a person signs before anybody gets them."""
