"""What scripts of Glue import and needs no Spark; the rest is in test_glue_runs.py."""

import pytest

from embedded.spark.glue_modules.awsglue.formats import spark_format, spark_options
from embedded.spark.glue_modules.awsglue.utils import GlueArgumentError, getResolvedOptions

ARGUMENTS = ["main.py", "--days", "7", "--target-path=s3://a/", "--other", "x", "--JOB_NAME", "job"]


def test_options_are_told_by_name_with_underscores_for_hyphens():
    found = getResolvedOptions(ARGUMENTS, ["days", "target-path"])
    assert found == {"days": "7", "target_path": "s3://a/", "JOB_NAME": "job"}


def test_an_option_that_is_not_given_is_an_error():
    with pytest.raises(GlueArgumentError, match="required: --hours"):
        getResolvedOptions(ARGUMENTS, ["days", "hours"])


def test_an_option_is_not_found_by_a_beginning_of_its_name():
    with pytest.raises(GlueArgumentError, match="required: --days"):
        getResolvedOptions(["main.py", "--day", "7"], ["days"])


def test_glue_writes_a_header_and_reads_none_unless_it_is_told():
    assert spark_options("csv", {}, writes=True) == {"header": "true"}
    assert spark_options("csv", {}, writes=False) == {"header": "false"}
    told = {"withHeader": True, "separator": ";"}
    assert spark_options("csv", told, writes=False) == {"header": "true", "sep": ";"}
    assert spark_options("parquet", {"compression": "snappy"}, writes=True) == {}


def test_formats_and_options_that_are_not_done_are_named():
    assert spark_format("glueparquet") == "parquet"
    with pytest.raises(ValueError, match="does not do the format avro of Glue"):
        spark_format("avro")
    with pytest.raises(ValueError, match="does not take jsonPath of the format json"):
        spark_options("json", {"jsonPath": "$"}, writes=False)
