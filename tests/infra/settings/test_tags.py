import pytest


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"cost-center": "4711"},
        {"team": "Onkologie für alle", "Data Class": "health/personal", "a@b": "x=1+2:3_4.5"},
        {"k" * 128: "v" * 256},
        {f"key{number}": "value" for number in range(44)},
    ],
)
def test_tags_that_every_service_takes_are_taken(found, tags):
    assert found(tags=tags) == []


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"aws:team": "x"}, 'tags.aws:team: "aws:team" begins with aws:, which is reserved.'),
        ({"AWS:team": "x"}, 'tags.AWS:team: "AWS:team" begins with aws:, which is reserved.'),
        (
            {"maslow:model": "x"},
            'tags.maslow:model: "maslow:model" begins with maslow:, which is reserved.',
        ),
        ({"team": ""}, 'tags.team: "" is not a tag\'s value.'),
        ({"team": 7}, "tags.team: 7 is not text (put it in quotes if it is meant to be)."),
        (
            {"team": "a&b"},
            'tags.team: "a&b" has &, which not every service takes in a tag.',
        ),
        (
            {"te,am": "ab"},
            'tags.te,am: "te,am" has ,, which not every service takes in a tag.',
        ),
        ({"Team": "a", "team": "b"}, "tags.team: Team and team differ in capitals alone."),
    ],
)
def test_tags_that_a_service_would_refuse_are_refused(found, tags, message):
    assert found(tags=tags) == [message]


def test_keys_and_values_have_a_length(found):
    (key,) = found(tags={"k" * 129: "v"})
    (value,) = found(tags={"k": "v" * 257})
    assert key.endswith("is not a tag's key.")
    assert value.endswith("is not a tag's value.")


def test_there_is_room_for_the_platforms_own_tags(found):
    (mistake,) = found(tags={f"key{number}": "value" for number in range(45)})
    assert mistake.startswith("tags: ")
    assert mistake.endswith("is too long: at most 44 allowed.")
