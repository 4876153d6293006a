from google.protobuf import struct_pb2

from catalog import wire


def test_plain_values_come_back_as_they_went():
    values = {"days": 7, "ratio": 0.5, "on": True, "name": "raw", "tags": {"a": "b"}, "ids": [1, 2]}
    assert wire.plain(wire.struct(values)) == values


def test_a_property_that_is_null_is_left_out():
    assert wire.plain(wire.struct({"name": None, "days": 7})) == {"days": 7}


def test_a_secret_is_unwrapped_wherever_it_is():
    secret = {wire.SIGNATURE: wire.SECRET, "value": "hunter2"}
    asked = wire.struct({"password": secret, "nested": {"list": [secret]}})
    assert wire.plain(asked) == {"password": "hunter2", "nested": {"list": ["hunter2"]}}


def test_an_output_value_that_is_not_known_yet_is_unknown():
    asked = wire.struct({"arn": {wire.SIGNATURE: wire.OUTPUT, "dependencies": ["urn:x"]}})
    assert wire.plain(asked) == {"arn": wire.UNKNOWN}


def test_a_reference_to_a_resource_is_its_id():
    asked = wire.struct({"role": {wire.SIGNATURE: wire.RESOURCE, "urn": "urn:x", "id": "role-1"}})
    assert wire.plain(asked) == {"role": "role-1"}


def test_an_asset_gives_the_bytes_of_its_file_or_its_text(tmp_path):
    (tmp_path / "code.py").write_bytes(b"print()")
    file = {wire.SIGNATURE: wire.ASSET, "path": str(tmp_path / "code.py")}
    text = {wire.SIGNATURE: wire.ASSET, "text": "print()"}
    assert wire.asset(wire.plain(wire.struct({"source": file}))["source"]) == b"print()"
    assert wire.asset(text) == b"print()"
    assert wire.asset({"path": "code.py"}) is None


def test_a_structured_setting_may_come_as_json_text():
    assert wire.structured('{"tags": {"a": "b"}}') == {"tags": {"a": "b"}}
    assert wire.structured({"tags": {}}) == {"tags": {}}


def test_only_a_marked_value_is_a_secret():
    marked = wire.struct({"v": {wire.SIGNATURE: wire.SECRET, "value": "x"}}).fields["v"]
    assert wire.is_secret(marked)
    assert not wire.is_secret(struct_pb2.Value(string_value="x"))


def test_people_read_no_secret_and_see_which_resource_is_meant():
    secret = {wire.SIGNATURE: wire.SECRET, "value": "hunter2"}
    role = {wire.SIGNATURE: wire.RESOURCE, "urn": "urn:x", "id": "role-1"}
    asked = wire.struct({"password": secret, "role": role, "name": None, "list": [secret]})
    assert wire.readable(asked) == {
        "password": wire.HIDDEN,
        "role": "urn:x",
        "name": None,
        "list": [wire.HIDDEN],
    }


def test_an_asset_goes_back_as_it_came_and_is_read_without_its_signature():
    source = {wire.SIGNATURE: wire.ASSET, "text": "print()"}
    asked = wire.struct({"source": source})
    assert wire.plain(asked) == {"source": source}
    assert wire.readable(asked) == {"source": {"text": "print()"}}


def test_numbers_are_whole_where_they_can_be():
    asked = wire.struct({"days": 7.0, "ratio": 0.5, "most": float("inf")})
    assert wire.readable(asked) == {"days": 7, "ratio": 0.5, "most": float("inf")}


def test_a_property_of_a_lazy_struct_is_decoded_when_asked_for():
    secret = {wire.SIGNATURE: wire.SECRET, "value": "hunter2"}
    lazy = wire.Lazy(wire.struct({"days": 7, "password": secret}))
    assert (lazy["days"], lazy["password"], set(lazy)) == (7, "hunter2", {"days", "password"})
    assert "name" not in lazy
    assert len(lazy) == 2
