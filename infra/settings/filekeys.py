"""The keys of a stack file, above the platform's own settings."""

REGION, PLATFORM = "aws:region", "maslow:platform"
PAGERDUTY_URL = "pagerduty_url"
SECRETS = (f"maslow:{PAGERDUTY_URL}",)
"""Keys that Pulumi keeps encrypted."""
ENGINE_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt", "environment")
"""What Pulumi itself keeps in a stack file.

https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
"""
