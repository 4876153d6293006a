import pytest

from embedded.spark import glue_arguments
from embedded.spark.run import Unsupported


def test_settings_of_spark_are_one_argument_of_several():
    told = {"--conf": "a=1 --conf b=x=y"}
    assert glue_arguments.settings(told) == {"a": "1", "b": "x=y"}
    assert glue_arguments.settings({}) == {}


def test_a_script_is_told_all_but_the_settings_and_what_it_is():
    found = glue_arguments.command_line({"--days": "7", "--conf": "a=1"}, "clean", "jr_1")
    assert found == ["--days", "7", "--JOB_NAME", "clean", "--JOB_RUN_ID", "jr_1"]


def test_modules_are_separated_by_commas():
    told = {"--extra-py-files": "s3://code/a.py, s3://code/b.zip"}
    assert glue_arguments.modules(told) == ["s3://code/a.py", "s3://code/b.zip"]
    assert glue_arguments.modules({}) == []


@pytest.mark.parametrize(("value", "has"), [("true", True), ("", True), ("false", False)])
def test_tables_are_those_of_the_catalog_where_an_argument_says_so(value, has):
    assert glue_arguments.has_tables({"--enable-glue-datacatalog": value}) is has
    assert not glue_arguments.has_tables({})


@pytest.mark.parametrize("name", glue_arguments.UNDONE)
def test_what_is_not_obeyed_is_named(name):
    with pytest.raises(Unsupported, match=f"does not take {name} of a job"):
        glue_arguments.refuse_undone({name: "any"})


def test_bookmarks_are_off_or_refused():
    glue_arguments.refuse_undone({"--job-bookmark-option": "job-bookmark-disable"})
    with pytest.raises(Unsupported, match="keeps no job bookmarks"):
        glue_arguments.refuse_undone({"--job-bookmark-option": "job-bookmark-pause"})
