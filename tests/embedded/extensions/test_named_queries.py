import pytest

from embedded.cloud import Cloud


def test_a_deleted_query_is_gone(cloud: Cloud) -> None:
    athena = cloud.client("athena")
    id_ = athena.create_named_query(Name="all", Database="raw", QueryString="select 1")[
        "NamedQueryId"
    ]
    assert athena.get_named_query(NamedQueryId=id_)["NamedQuery"]["Name"] == "all"
    athena.delete_named_query(NamedQueryId=id_)
    for operation in (athena.get_named_query, athena.delete_named_query):
        with pytest.raises(athena.exceptions.InvalidRequestException, match=id_):
            operation(NamedQueryId=id_)
    assert athena.list_named_queries()["NamedQueryIds"] == []
