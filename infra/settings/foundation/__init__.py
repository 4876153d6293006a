"""Need 0, a safe place to stand: network, logs, money, people to tell."""
