"""Tests of templates that are no project by themselves run in a project that is made of them."""

collect_ignore = ["text", "vision"]
