"""Parts that several needs share: roles, buckets, log groups, state machines, policies."""
