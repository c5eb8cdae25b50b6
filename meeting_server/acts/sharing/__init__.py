"""What leaves the house or comes to it: feeds, calendars, resources, statements."""
