"""What requests to Macie may say, as AWS documents it.

https://docs.aws.amazon.com/macie/latest/APIReference/custom-data-identifiers.html
https://docs.aws.amazon.com/macie/latest/APIReference/jobs.html
"""

import re
from collections.abc import Iterator
from typing import Any

LONGEST_REGEX, LONGEST_NAME, LONGEST_JOB_NAME = 512, 128, 500
MOST_KEYWORDS, SHORTEST_KEYWORD, LONGEST_KEYWORD = 50, 3, 90
FARTHEST = 300
"""Characters between a keyword and what a regular expression matches."""
UNSUPPORTED = (r"\(\?<?[=!]", r"\(\?P?<", r"\\[1-9]", r"\(\?\(")
"""Parts of regular expressions that Macie does not know: looking around, names, references,
conditions.

https://docs.aws.amazon.com/macie/latest/user/cdis-options.html#cdis-regex-support
"""


def wrong_identifier(asked: dict[str, Any]) -> Iterator[str]:
    """Why a custom data identifier is refused."""
    if not 1 <= len(asked.get("name") or "") <= LONGEST_NAME:
        yield f"name must have 1 to {LONGEST_NAME} characters"
    if reason := wrong_regex(asked.get("regex") or ""):
        yield reason
    keywords = asked.get("keywords") or []
    if len(keywords) > MOST_KEYWORDS:
        yield f"there can be at most {MOST_KEYWORDS} keywords"
    for each in keywords:
        if not SHORTEST_KEYWORD <= len(each) <= LONGEST_KEYWORD:
            yield f"a keyword must have {SHORTEST_KEYWORD} to {LONGEST_KEYWORD} characters"
    distance = asked.get("maximumMatchDistance")
    if distance is not None and not 1 <= distance <= FARTHEST:
        yield f"maximumMatchDistance must be 1 to {FARTHEST}"


def wrong_regex(regex: str) -> str | None:
    """Why Macie would refuse a regular expression, or None."""
    if not 1 <= len(regex) <= LONGEST_REGEX:
        return f"regex must have 1 to {LONGEST_REGEX} characters"
    for part in UNSUPPORTED:
        if found := re.search(part, regex):
            return f"regex has {found[0]!r}, which Macie does not support"
    try:
        re.compile(regex)
    except re.error as error:
        return f"regex is none: {error}"
    return None


def wrong_job(asked: dict[str, Any], identifiers: set[str]) -> Iterator[str]:
    """Why a classification job is refused; `identifiers` are the ids that there are."""
    if not 1 <= len(asked.get("name") or "") <= LONGEST_JOB_NAME:
        yield f"name must have 1 to {LONGEST_JOB_NAME} characters"
    kind, frequency = asked.get("jobType"), asked.get("scheduleFrequency")
    if (kind == "SCHEDULED") != bool(frequency):
        yield "scheduleFrequency is for a job of jobType SCHEDULED, which must have one"
    if frequency and len([each for each in frequency.values() if each is not None]) != 1:
        yield "scheduleFrequency must say one of daily, weekly and monthly"
    definition = asked.get("s3JobDefinition") or {}
    if bool(definition.get("bucketDefinitions")) == bool(definition.get("bucketCriteria")):
        yield "s3JobDefinition must say one of bucketDefinitions and bucketCriteria"
    for each in asked.get("customDataIdentifierIds") or []:
        if each not in identifiers:
            yield f"there is no custom data identifier {each}"
    share = asked.get("samplingPercentage")
    if share is not None and not 1 <= share <= 100:  # noqa: PLR2004  a share of hundred
        yield "samplingPercentage must be 1 to 100"
