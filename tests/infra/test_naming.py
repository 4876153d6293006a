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


def test_project_and_environment_stay_at_the_head_of_a_name_of_any_limit():
    names = Names("a-project", "environment")
    mirrors = {names(upstream, limit=26) for upstream in ("docker-hub", "docker-io")}
    assert len(mirrors) == 2
    assert {name[:22] for name in mirrors} == {"a-project-environment-"}
    assert {len(name) for name in mirrors} == {26}
