"""What is to be told to whom: an outbox, and a call list for those no message reaches."""
