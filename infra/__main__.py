"""What Pulumi's engine runs. What it declares is in infra/composition.py."""

from infra.collector import switch_off_collector

# To the end of the process, since the SDK goes on registering after `main` has returned.
switch_off_collector()

from infra.program import main  # noqa: E402  the collector is off for the imports too

main()
