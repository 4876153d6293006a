from infra.naming import Names, cut


def test_a_name_says_project_environment_and_what():
    assert Names("maslow", "prod")("raw") == "maslow-prod-raw"


def test_a_name_at_the_limit_stays_as_it_is():
    assert cut("a" * 32, 32) == "a" * 32


def test_a_longer_name_is_cut_to_the_limit():
    assert len(cut("a" * 33, 32)) == 32


def test_two_long_names_of_one_beginning_stay_two():
    assert cut("model-" * 10 + "one", 32) != cut("model-" * 10 + "two", 32)


def test_a_cut_name_has_no_double_dash():
    assert "--" not in cut("abcdefghijklmnopqrstuvwxy-zabcdefgh", 33)
