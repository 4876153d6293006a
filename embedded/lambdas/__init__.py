"""Functions of Lambda, each in a process of its own that stays for the next invocation."""
