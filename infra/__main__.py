"""What Pulumi's engine runs. What it declares is in infra/composition.py."""

import gc

# A registration keeps nearly all that it allocates, so each collection walks the SDK's futures in
# vain; without, a preview of thousands of resources takes about half the time.
gc.disable()

from infra.program import main  # noqa: E402  the collector is off for the imports too

main()
