"""Network Firewall's endpoints, which routes lead to, and the deletion of firewalls.

https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallStatus.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.networkfirewall.models import NetworkFirewallBackend, NetworkFirewallModel
from moto.networkfirewall.responses import NetworkFirewallResponse

from embedded.extensions.operations import add

ENDPOINT_SERVICE = "com.amazonaws.vpce.{region}.vpce-svc-firewall"
_create = NetworkFirewallBackend.create_firewall


def install() -> None:
    """Add the operations to moto's Network Firewall."""
    add(NetworkFirewallBackend, create_firewall)
    add(NetworkFirewallResponse, delete_firewall, tag_resource, untag_resource)


def create_firewall(self: NetworkFirewallBackend, **asked: Any) -> NetworkFirewallModel:
    """CreateFirewall: with an endpoint in each subnet, ready at once."""
    firewall = _create(self, **asked)
    ec2 = ec2_backends[self.account_id][self.region_name]
    states = {}
    for mapping in firewall.subnet_mappings:
        subnet = ec2.get_subnet(mapping["SubnetId"])
        endpoint = ec2.create_vpc_endpoint(
            vpc_id=firewall.vpc_id,
            service_name=ENDPOINT_SERVICE.format(region=self.region_name),
            endpoint_type="GatewayLoadBalancer",
            policy_document=None,
            route_table_ids=[],
            subnet_ids=[subnet.id],
        )
        states[subnet.availability_zone] = {
            "Attachment": {"SubnetId": subnet.id, "EndpointId": endpoint.id, "Status": "READY"}
        }
    _status(firewall)["SyncStates"] = states
    return firewall


def delete_firewall(self: NetworkFirewallResponse) -> ActionResult:
    """DeleteFirewall, and its endpoints with it."""
    backend = self.networkfirewall_backend
    firewall = backend.describe_firewall(
        self._get_param("FirewallName"), self._get_param("FirewallArn")
    )
    del backend.firewalls[firewall.arn]
    status = _status(firewall)
    ec2_backends[backend.account_id][backend.region_name].delete_vpc_endpoints(
        [state["Attachment"]["EndpointId"] for state in status["SyncStates"].values()]
    )
    return ActionResult({"FirewallStatus": {**status, "Status": "DELETING"}})


def tag_resource(self: NetworkFirewallResponse) -> ActionResult:
    """TagResource."""
    arn = self._get_param("ResourceArn")
    self.networkfirewall_backend.tagger.tag_resource(arn, self._get_param("Tags"))
    return ActionResult({})


def untag_resource(self: NetworkFirewallResponse) -> ActionResult:
    """UntagResource."""
    arn = self._get_param("ResourceArn")
    self.networkfirewall_backend.tagger.untag_resource_using_names(arn, self._get_param("TagKeys"))
    return ActionResult({})


def _status(firewall: NetworkFirewallModel) -> dict[str, Any]:
    """What a firewall is described by, which moto declares as texts alone."""
    status: dict[str, Any] = vars(firewall)["firewall_status"]
    return status
