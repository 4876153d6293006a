"""Need 0: a safe place to stand: network, keys, roles, alerts, budget."""
