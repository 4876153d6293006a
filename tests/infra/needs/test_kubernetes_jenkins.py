"""Jenkins has the platform's delivery, with the rights of a preview unless it is to deploy."""

import json
from dataclasses import replace

import yaml

from infra.needs.kubernetes_jenkins import ACCOUNTS

STACK = "kubernetes"
RELEASE = "kubernetes:helm.sh/v3:Release"


def like(project, **jenkins):
    """The stack with other settings of Jenkins; a delivery by CI where it deploys."""
    stack = project.stack(STACK)
    platform = stack.platform
    wanted = platform.kubernetes
    told = wanted.jenkins.model_copy(update=jenkins) if jenkins else None
    by = "ci" if jenkins.get("deploys") else platform.delivery.by
    changed = platform.model_copy(
        update={
            "kubernetes": wanted.model_copy(update={"jenkins": told}),
            "delivery": platform.delivery.model_copy(update={"by": by}),
        }
    )
    return replace(stack, platform=changed)


def values_of(graph):
    (release,) = [r for r in graph.of_type(RELEASE) if r.inputs["name"] == "jenkins"]
    return release.inputs["values"]


def agents(graph):
    """By service account, the names of the managed policies of its role."""
    found = {}
    for each in graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        account = each.inputs["serviceAccount"]
        if account in ACCOUNTS.values():
            head = each.name.removesuffix("-identity")
            found[account] = [
                r.inputs["policyArn"].rpartition("/")[2]
                for r in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
                if r.name.startswith(f"{head}-attached-")
            ]
    return found


def may(graph):
    return {
        r.name.rpartition("jenkins-")[2]: r.inputs["policyArn"].rpartition("/")[2]
        for r in graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
        if "-jenkins-" in r.name
    }


def test_jenkins_previews_and_deploys_nothing_until_it_is_told_to(recording):
    graph = recording(STACK, "second")
    script = yaml.safe_load(values_of(graph)["controller"]["JCasC"]["configScripts"]["delivery"])
    assert "maslow preview" in script["jobs"][0]["script"]
    assert "maslow up" not in script["jobs"][0]["script"]
    assert agents(graph).keys() == {"maslow-preview"}
    assert all("preview" in name for name in agents(graph)["maslow-preview"])
    assert may(graph) == {"preview-may": "AmazonEKSViewPolicy"}


def test_a_preview_does_not_write_the_state(recording):
    graph = recording(STACK, "second")
    (policy,) = [
        json.loads(r.inputs["policy"])
        for r in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if r.name.endswith("jenkins-preview-access")
    ]
    actions = {action for each in policy["Statement"] for action in each["Action"]}
    assert "s3:GetObject" in actions
    assert not actions & {"s3:PutObject", "s3:DeleteObject", "kms:Encrypt"}


def test_one_that_deploys_asks_first_and_has_a_role_for_that_stage_alone(project, record_like):
    graph = record_like(like(project, deploys=True))
    script = values_of(graph)["controller"]["JCasC"]["configScripts"]["delivery"]
    order = [script.index(each) for each in ("maslow preview", "input message", "maslow up")]
    assert order == sorted(order)
    assert agents(graph).keys() == {"maslow-preview", "maslow-deploy"}
    assert may(graph) == {
        "preview-may": "AmazonEKSViewPolicy",
        "deploy-may": "AmazonEKSClusterAdminPolicy",
    }


def test_without_the_setting_jenkins_has_no_pipeline_and_nobody_a_role(project, record_like):
    graph = record_like(like(project))
    assert "JCasC" not in values_of(graph)["controller"]
    assert agents(graph) == may(graph) == {}


def test_agents_of_jenkins_are_let_into_its_namespace(recording):
    values = values_of(recording(STACK, "second"))
    assert values["agent"]["restrictedPssSecurityContext"] is True
