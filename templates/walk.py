"""A CSV for the lake's raw zone, and one of its records for the feature store.

It needs an environment like stacks/Pulumi.local.yaml, and what boto3 finds it by:
`maslow up -s local --exec 'python templates/walk.py'`.
"""

import csv
import io
from datetime import UTC, datetime

import boto3
from sklearn.datasets import load_breast_cancer

BUCKET_OF = "maslow_local_raw"
GROUP = "maslow-local-tumours-v1"
RECORD = "s17"


def main() -> None:
    """Put both, and say where."""
    table = records()
    bucket = boto3.client("glue").get_database(Name=BUCKET_OF)["Database"]["LocationUri"][5:-1]
    text = io.StringIO()
    writer = csv.DictWriter(text, table[0])
    writer.writeheader()
    writer.writerows(table)
    boto3.client("s3").put_object(Bucket=bucket, Key="tumours/1.csv", Body=text.getvalue())
    print(f"{len(table)} records in s3://{bucket}/tumours/1.csv")  # noqa: T201
    (record,) = [each for each in table if each["sample_id"] == RECORD]
    boto3.client("sagemaker-featurestore-runtime").put_record(
        FeatureGroupName=GROUP,
        Record=[{"FeatureName": name, "ValueAsString": of} for name, of in record.items()],
    )
    print(f"{RECORD} in {GROUP}")  # noqa: T201


def records() -> list[dict[str, str]]:
    """scikit-learn's breast-cancer measurements: a row each, by the names of the features."""
    data = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in data.feature_names]
    measured_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return [
        {"sample_id": f"s{number}", "measured_at": measured_at}
        | dict(zip(names, map(str, row.tolist()), strict=True))
        for number, row in enumerate(data.data)
    ]


if __name__ == "__main__":
    main()
