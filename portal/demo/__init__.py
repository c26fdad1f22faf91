"""Fill a new database with a year of invented life, so that the portal can be shown."""
