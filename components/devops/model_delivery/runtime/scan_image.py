"""Wait for ECR's scan of an image, and refuse the image for what it found.

Told by the environment: REPOSITORY_NAME, IMAGE_TAG, FAIL_ON (the least severity that counts, in
small letters) and, if need be, SCAN_SECONDS and SCAN_POLL_SECONDS. A scan by Inspector stays
ACTIVE, as it goes on; ECR's own is COMPLETE.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""

import os
import sys
import time
from typing import Any

import boto3

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")
ENDED = {"ACTIVE", "COMPLETE"}
FAILED = {"FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE"}


def findings(ecr: Any, repository: str, tag: str, seconds: float, poll: float) -> dict[str, int]:
    """Findings of an image by severity, once its scan has ended.

    Raises SystemExit for a scan that failed or takes longer.
    """
    until = time.monotonic() + seconds
    status, why = "PENDING", ""
    while time.monotonic() < until:
        try:
            answer = ecr.describe_image_scan_findings(
                repositoryName=repository, imageId={"imageTag": tag}
            )
        except ecr.exceptions.ScanNotFoundException:
            answer = {}
        status = answer.get("imageScanStatus", {}).get("status", "PENDING")
        why = answer.get("imageScanStatus", {}).get("description", "")
        if status in ENDED:
            counts: dict[str, int] = answer["imageScanFindings"].get("findingSeverityCounts", {})
            return counts
        if status in FAILED:
            raise SystemExit(f"the scan of {repository}:{tag} ended as {status}: {why}")
        time.sleep(poll)
    raise SystemExit(f"the scan of {repository}:{tag} is {status} after {seconds:.0f} seconds")


def too_severe(counts: dict[str, int], fail_on: str) -> dict[str, int]:
    """The counts of `fail_on` and of everything worse."""
    counting = SEVERITIES[: SEVERITIES.index(fail_on.upper()) + 1]
    return {severity: counts[severity] for severity in counting if counts.get(severity)}


def main() -> None:
    """Wait, tell what was found, and end with 1 where it is too severe."""
    told = os.environ
    repository, tag = told["REPOSITORY_NAME"], told["IMAGE_TAG"]
    counts = findings(
        boto3.client("ecr"),
        repository,
        tag,
        float(told.get("SCAN_SECONDS", "900")),
        float(told.get("SCAN_POLL_SECONDS", "10")),
    )
    listed = ", ".join(f"{counts[one]} {one.lower()}" for one in SEVERITIES if counts.get(one))
    sys.stderr.write(f"{repository}:{tag}: {listed or 'nothing was found'}\n")
    if severe := too_severe(counts, told["FAIL_ON"]):
        raise SystemExit(f"refused for {', '.join(severe)}; allowed is less than {told['FAIL_ON']}")


if __name__ == "__main__":
    main()
