from components.foundation.network.endpoint_services import ENDPOINTS, NEEDED, SHARED, Use, needed


def test_an_endpoint_lets_the_actions_of_its_service_pass():
    assert ENDPOINTS["monitoring"] == "cloudwatch"
    assert ENDPOINTS["kinesis-streams"] == "kinesis"
    assert ENDPOINTS["sagemaker.featurestore-runtime"] == "sagemaker"


def test_other_accounts_are_reached_for_images_packages_and_roles_alone():
    assert {ENDPOINTS[name] for name in SHARED} == {"codeartifact", "ecr", "sts"}


def test_an_endpoint_that_has_no_private_name_cannot_be_asked_for():
    assert "dynamodb" not in ENDPOINTS


def test_every_use_needs_an_endpoint():
    assert frozenset().union(*NEEDED.values()) == set(Use)


def test_nothing_is_needed_by_nobody():
    assert needed([]) == []


def test_a_job_pulls_images_writes_logs_and_says_who_it_is():
    assert {"ecr.api", "ecr.dkr", "logs", "sts", "kms"} <= set(needed([Use.JOBS]))


def test_features_add_what_they_are_read_by():
    jobs = set(needed([Use.JOBS]))
    assert set(needed([Use.JOBS, Use.FEATURES])) - jobs == {"athena", "glue"}
    assert set(needed([Use.JOBS, Use.ONLINE_FEATURES])) - jobs == {"sagemaker.featurestore-runtime"}


def test_packages_come_from_the_accounts_own_repository():
    assert needed([Use.PACKAGES]) == ["codeartifact.api", "codeartifact.repositories"]
