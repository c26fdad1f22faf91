"""Who may sign in: accounts, invitations, sessions kept on the server."""
