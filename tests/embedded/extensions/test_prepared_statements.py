import pytest
from botocore.exceptions import ClientError

GROUP, OTHERS = "oncology", "others"


@pytest.fixture
def athena(cloud):
    client = cloud.client("athena")
    for name in (GROUP, OTHERS):
        client.create_work_group(Name=name)
    yield client
    for name in (GROUP, OTHERS):
        client.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)


def prepare(athena, group, sql, name="visits_of"):
    athena.create_prepared_statement(StatementName=name, WorkGroup=group, QueryStatement=sql)


def test_workgroups_have_statements_of_one_name(athena):
    prepare(athena, GROUP, "SELECT 1")
    prepare(athena, OTHERS, "SELECT 2")
    for group, sql in ((GROUP, "SELECT 1"), (OTHERS, "SELECT 2")):
        got = athena.get_prepared_statement(StatementName="visits_of", WorkGroup=group)
        assert got["PreparedStatement"]["QueryStatement"] == sql
        athena.delete_prepared_statement(StatementName="visits_of", WorkGroup=group)
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            athena.get_prepared_statement(StatementName="visits_of", WorkGroup=group)


def test_a_statement_is_changed_and_not_created_twice(athena):
    prepare(athena, GROUP, "SELECT 1")
    with pytest.raises(ClientError, match="already exists"):
        prepare(athena, GROUP, "SELECT 2")
    athena.update_prepared_statement(
        StatementName="visits_of", WorkGroup=GROUP, QueryStatement="SELECT 3", Description="new"
    )
    told = athena.get_prepared_statement(StatementName="visits_of", WorkGroup=GROUP)
    assert told["PreparedStatement"]["QueryStatement"] == "SELECT 3"
    assert told["PreparedStatement"]["Description"] == "new"
    athena.delete_prepared_statement(StatementName="visits_of", WorkGroup=GROUP)


def test_statements_are_listed_and_got_together(athena):
    for name in ("a", "b"):
        prepare(athena, GROUP, "SELECT 1", name)
    listed = athena.list_prepared_statements(WorkGroup=GROUP)["PreparedStatements"]
    assert [each["StatementName"] for each in listed] == ["a", "b"]
    got = athena.batch_get_prepared_statement(WorkGroup=GROUP, PreparedStatementNames=["b", "c"])
    assert [each["StatementName"] for each in got["PreparedStatements"]] == ["b"]
    assert [each["StatementName"] for each in got["UnprocessedPreparedStatementNames"]] == ["c"]
    for name in ("a", "b"):
        athena.delete_prepared_statement(StatementName=name, WorkGroup=GROUP)


def test_a_workgroup_that_is_not_there_has_no_statements(athena):
    with pytest.raises(ClientError, match="WorkGroup nowhere is not found"):
        prepare(athena, "nowhere", "SELECT 1")
