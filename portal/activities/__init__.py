"""What is offered and when: activities, their dated occurrences, the calendar."""
