"""A team's own additions to the platform: empty here, and never touched by a new version of maslow.

`custom: {module: custom, ...}` in a stack file has the program call `declare(settings, platform)`
of this package once the needs are declared. `custom/README.md` tells the rest.
"""
