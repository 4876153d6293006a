import pytest

from embedded.spark.run import CATALOG, Unsupported
from embedded.spark.submit import GLUE, submitted

SCRIPT = "s3://code/main.py"


def test_a_command_line_is_options_a_script_and_its_arguments():
    found = submitted(
        [
            "spark-submit",
            *("--deploy-mode", "cluster", "--executor-memory=99g"),
            *("--conf", "a=1", "--conf=b=2", "--py-files", "s3://code/a.py,s3://code/b.zip"),
            *(SCRIPT, "--conf", "c=3"),
        ],
        {"a": "0", "d": "4"},
    )
    assert (found.uri, found.arguments) == (SCRIPT, ["--conf", "c=3"])
    assert found.settings == {"a": "1", "b": "2", "d": "4"}
    assert found.modules == ["s3://code/a.py", "s3://code/b.zip"]
    assert not found.has_tables


def test_tables_are_those_of_glue_where_a_setting_says_so():
    assert submitted(["spark-submit", SCRIPT], {CATALOG: GLUE}).has_tables
    assert submitted(["spark-submit", "--conf", f"{CATALOG}={GLUE}", SCRIPT], {}).has_tables


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "runs spark-submit, and not"),
        (["hive-script", "--run"], "runs spark-submit, and not hive-script"),
        (["spark-submit", "--jars", "a.jar", SCRIPT], "does not take --jars of spark-submit"),
        (["spark-submit", "s3://code/main.jar"], "and not s3://code/main.jar"),
        (["spark-submit", "/home/hadoop/main.py"], "and not /home/hadoop/main.py"),
        (["spark-submit", "--conf", "a=1"], "and not nothing"),
    ],
)
def test_what_is_not_done_is_named(words, said):
    with pytest.raises(Unsupported, match=said):
        submitted(words, {})
