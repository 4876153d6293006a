"""Need 0, the foundation: accounts, network, keys, access, logs, audit, budget, alerts."""
