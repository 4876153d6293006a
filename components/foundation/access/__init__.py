"""Who may do what: the permissions boundary and the personas."""
