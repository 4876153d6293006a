import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import get_args

import pytest
import semver

from catalog.add_ons import (
    ACCESS,
    FACTS,
    INGRESS,
    OCI,
    SECRET_VALUES,
    AddOn,
    Release,
    add_ons,
    facts_in,
    filled,
    in_order,
    left_out,
    texts,
)
from infra.settings.kubernetes.teams import Worker

ALL = [*add_ons().values()]
RELEASES = [(each, release) for each in ALL for release in each.releases]
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
BUILT_IN = {key for key, each in left_out().items() if "Built into EKS Auto Mode" in each.reason}
TELLING = re.compile(r"password|secret|token|credential|apikey", re.IGNORECASE)

A_STACK = {name: f"a-{name}" for name in FACTS} | {"team_namespaces": ["team-a", "team-b"]}


def sides(release: Release) -> Iterator[Mapping[str, object]]:
    """A release's values, and those of each of its overlays."""
    yield release.values
    yield from release.overlays.values()


def asked(each: AddOn) -> set[str]:
    told = [side for release in each.releases for side in sides(release)]
    if each.operand:
        told.append(each.operand.spec)
    return {name for side in told for name in facts_in(side)}


def unknown_secrets(each: AddOn) -> list[str]:
    """Texts under a telling key that are no name and no key of a secret that the add-on finds.

    It finds its own, and those of an add-on that it needs in the same namespace.
    """
    needed = [add_ons()[key] for key in each.needs.add_ons]
    beside = [other for other in needed if other.namespace == each.namespace]
    secrets = [secret for one in (each, *beside) for secret in one.needs.secrets]
    known = {secret.name for secret in secrets} | {key for one in secrets for key in one.keys}
    found = [pair for release in each.releases for side in sides(release) for pair in pairs(side)]
    return [f"{key}: {text}" for key, text in found if TELLING.search(key) and text not in known]


def pairs(values: object) -> Iterator[tuple[str, str]]:
    """Every key with the text under it, however deep."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(value, str):
                yield key, value
            yield from pairs(value)
    elif isinstance(values, list):
        for value in values:
            yield from pairs(value)


def test_every_need_is_an_add_on_and_none_needs_itself() -> None:
    for each in ALL:
        assert {*each.needs.add_ons} <= add_ons().keys(), each.key

    assert {each.key for each in in_order(add_ons())} == add_ons().keys()


def test_an_add_on_comes_after_what_it_needs() -> None:
    keys = [each.key for each in in_order(["opensearch-dashboards"])]

    assert keys == ["external-secrets", "opensearch", "opensearch-dashboards"]


def test_kinds_of_prometheus_are_there_before_a_service_monitor_is() -> None:
    keys = [each.key for each in in_order(["kuberay", "prometheus"])]

    assert keys.index("prometheus") < keys.index("kuberay")
    assert [each.key for each in in_order(["kuberay"])] == ["kuberay"]


def test_kserve_starts_where_the_kinds_of_knative_are_or_starts_again() -> None:
    assert [each.key for each in in_order(["kserve", "knative"])][-1] == "kserve"
    release = add_ons()["kserve"].releases[1]
    assert release.values_with(["knative"]) != release.values_with([])


def test_what_an_operator_makes_is_reached_in_the_cluster_alone() -> None:
    (operand,) = [each.operand for each in ALL if each.operand]
    assert operand.spec["ingress"] == {"kourier": {"enabled": True, "service-type": "ClusterIP"}}
    assert operand.spec["config"]["domain"] == {"svc.cluster.local": ""}
    assert operand.namespace not in {each.namespace for each in ALL}


def test_an_unknown_add_on_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="kubeflow-pipelines"):
        in_order(["kubeflow-pipelines"])


def test_names_are_valid_in_kubernetes() -> None:
    for each in ALL:
        names = [each.key, each.namespace]
        names += [release.name for release in each.releases]
        names += [identity.service_account for identity in each.identities]
        names += [secret.name for secret in each.needs.secrets]
        assert all(DNS_LABEL.fullmatch(name) for name in names), each.key


def test_no_two_releases_of_a_namespace_have_one_name() -> None:
    names = [(each.namespace, release.name) for each, release in RELEASES]

    assert len({*names}) == len(names)


def test_versions_are_exact_dated_and_of_a_named_source() -> None:
    for each, release in RELEASES:
        assert semver.Version.parse(release.version.removeprefix("v")).prerelease is None, each.key
        assert semver.Version.parse(release.app_version.removeprefix("v")), each.key
        assert date(2026, 1, 1) < date.fromisoformat(release.released), each.key
        assert re.match(r"github\.com/[\w.-]+/[\w.-]+, (tag |\d+ \w+ 2026)", release.source), (
            each.key
        )


def test_charts_come_over_tls_or_as_oci_artifacts() -> None:
    for each, release in RELEASES:
        assert release.repository.startswith((OCI, "https://")), each.key
        assert (release.index is None) == release.address.startswith(OCI), each.key
    kueue = add_ons()["kueue"].releases[0]
    assert kueue.address == "oci://registry.k8s.io/kueue/charts/kueue"


def test_values_ask_for_known_facts_alone_and_every_fact_is_asked_for() -> None:
    assert {name for each in ALL for name in asked(each)} == FACTS.keys()


def test_what_an_add_on_asks_for_is_what_it_says_that_it_needs() -> None:
    for each in ALL:
        access = {identity.access for identity in each.identities}
        assert ("storage_class" in asked(each)) == each.needs.storage, each.key
        assert ("table" in asked(each)) == each.needs.table == ("own-table" in access), each.key
        assert ("bucket" in asked(each)) == ("artifacts" in access) or each.key == "lakefs", (
            each.key
        )
        assert ("log_group" in asked(each)) == ("telemetry" in access), each.key
        if each.needs.database:
            kinds = {kind for secret in each.needs.secrets for kind in secret.keys.values()}
            assert "database_host" in asked(each) or "database-url" in kinds, each.key


def test_nobody_reaches_an_add_on_unless_an_ingress_is_chosen() -> None:
    for each, release in RELEASES:
        assert not facts_in(release.values) & {"host", "ingress_class"}, each.key
        assert not {"LoadBalancer", "NodePort"} & {*texts(release.values)}, each.key
        if INGRESS in release.overlays:
            assert facts_in(release.overlays[INGRESS]) == {"host", "ingress_class"}, each.key


def test_a_page_is_of_whom_the_cluster_knows_and_its_password_of_a_secret_that_is_made() -> None:
    for each in ALL:
        if each.page is None:
            continue
        made = {
            (secret.name, key)
            for other in ALL
            if other.namespace == each.namespace
            for secret in other.needs.secrets
            for key in secret.keys
        }
        password = each.page.password
        assert password is None or (password.name, password.password) in made, each.key
        assert {*each.page.personas} <= {*get_args(Worker)}, each.key
        assert facts_in(each.page.sign_in) <= {"cluster", "region"}, each.key
        assert DNS_LABEL.fullmatch(each.page.service), each.key
        assert re.match(r"github\.com/[\w.-]+/[\w.-]+, ", each.page.source), each.key
        assert not each.no_page, each.key


def test_overlays_are_for_add_ons_and_for_the_ingress() -> None:
    for each, release in RELEASES:
        assert release.overlays.keys() <= {INGRESS, *add_ons()} - {each.key}, each.key


def test_no_password_is_in_the_values() -> None:
    for each in ALL:
        assert unknown_secrets(each) == [], each.key


def test_a_password_in_the_values_would_be_found() -> None:
    jenkins = add_ons()["jenkins"]
    release = jenkins.releases[0]
    values = {"controller": {"admin": [{"adminPassword": "admin"}]}}
    bad = Release(**{**vars(release), "values": values, "overlays": {}})
    weak = AddOn(**{**vars(jenkins), "releases": (bad,)})

    assert unknown_secrets(weak) == ["adminPassword: admin"]


def test_every_secret_is_used_and_said_how_to_make() -> None:
    for each in ALL:
        told = {text for release in each.releases for text in texts(release.values)}
        for secret in each.needs.secrets:
            assert secret.name in told, (each.key, secret.name)
            assert {*secret.keys.values()} <= SECRET_VALUES.keys(), (each.key, secret.name)
        # whose secrets External Secrets makes of those in Secrets Manager
        assert bool(each.needs.secrets) <= ("external-secrets" in each.needs.add_ons), each.key
    used = {kind for each in ALL for one in each.needs.secrets for kind in one.keys.values()}
    assert used == SECRET_VALUES.keys()


def test_every_access_is_known_and_of_use() -> None:
    assert {one.access for each in ALL for one in each.identities} == ACCESS.keys()


def test_values_set_who_calls_aws() -> None:
    for each in ALL:
        told = {text for release in each.releases for text in texts(release.values)}
        assert {one.service_account for one in each.identities} <= told, each.key


def test_nothing_is_installed_that_auto_mode_has() -> None:
    assert {"nvidia-device-plugin", "neuron", "karpenter", "aws-ebs-csi-driver"} <= BUILT_IN
    assert not BUILT_IN & {release.chart for _, release in RELEASES}
    assert not left_out().keys() & add_ons().keys()
    assert not {"karpenter.sh", "eks.amazonaws.com"} & {
        group for each in ALL for group in each.crds
    }


def test_a_group_of_custom_resources_is_brought_by_one_add_on() -> None:
    groups = [group for each in ALL for group in each.crds]

    assert len({*groups}) == len(groups)


def test_values_survive_pulumi_which_drops_nulls() -> None:
    def nulls(values: object) -> bool:
        if isinstance(values, Mapping):
            return any(nulls(value) for value in values.values())
        return values is None or (isinstance(values, list) and any(map(nulls, values)))

    for each, release in RELEASES:
        assert not any(nulls(side) for side in sides(release)), each.key


def test_every_pod_has_a_size() -> None:
    for each in ALL:
        assert 0 < each.cpu <= 1, each.key
        assert 0 < each.memory <= 4, each.key
        assert each.pod_security in {"restricted", "baseline", "privileged"}, each.key
        assert each.status in {"supported", "community"}, each.key


def test_who_asks_opensearch_has_the_password_that_it_was_started_with() -> None:
    """Another user of that name would not be let in, and OpenSearch Dashboards never be ready."""
    (search,) = add_ons()["opensearch"].releases
    (dashboards,) = add_ons()["opensearch-dashboards"].releases
    (admin,) = add_ons()["opensearch"].needs.secrets

    assert dashboards.values["opensearchAccount"]["secret"] == admin.name
    assert search.values["extraEnvs"][0]["valueFrom"]["secretKeyRef"]["name"] == admin.name
    assert {"username", "password", "cookie"} <= admin.keys.keys()


def test_airflow_makes_no_user_with_a_password_that_everybody_knows() -> None:
    values = add_ons()["airflow"].releases[0].values

    assert values["createUserJob"] == {"enabled": False}


def test_a_placeholder_becomes_the_fact_and_within_a_text_a_part_of_it() -> None:
    spark = filled(add_ons()["spark-operator"].releases[0].values, A_STACK)
    mlflow = filled(add_ons()["mlflow"].releases[0].values, A_STACK)
    argo = filled(add_ons()["argo-workflows"].releases[0].values, A_STACK)

    assert spark["spark"]["jobNamespaces"] == ["team-a", "team-b"]
    assert mlflow["backendStore"]["postgres"]["host"] == "a-database_host"
    assert argo["artifactRepository"]["s3"]["endpoint"] == "s3.a-region.amazonaws.com"
    with pytest.raises(KeyError, match="region"):
        filled({"zone": "${region}a"}, {})


def test_an_overlay_is_laid_over_the_values_where_its_add_on_is_chosen() -> None:
    collector = add_ons()["opentelemetry"].releases[1]

    plain = collector.values_with(["kueue"])
    both = collector.values_with(["jaeger", "prometheus"])

    assert plain == collector.values
    traces = both["config"]["service"]["pipelines"]["traces"]
    assert traces == {"receivers": ["otlp"], "exporters": ["awsxray", "otlp/jaeger"]}
    assert both["config"]["exporters"].keys() == {"awsxray", "awsemf", "otlp/jaeger"}
    assert collector.values["config"]["exporters"].keys() == {"awsxray", "awsemf"}
