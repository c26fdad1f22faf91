"""Who did what: a log that is only ever added to."""
