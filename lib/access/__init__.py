"""Who may do what: roles, the access file, sign-ins, acts that ask both."""
