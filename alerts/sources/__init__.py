"""From a location (feed, page, calendar, folder, table) to the articles of a month."""
