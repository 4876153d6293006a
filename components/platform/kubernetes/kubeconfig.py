"""How the Kubernetes provider, and people, reach a cluster: no key is kept anywhere.

Each call asks AWS for a token, as whoever is signed in.
https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
"""

from typing import Any


def kubeconfig(*, name: str, region: str, endpoint: str, certificate: str) -> dict[str, Any]:
    """The configuration of kubectl for one cluster, as plain values.

    `certificate` is that of the cluster's authority, in base64, as EKS tells it.
    """
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": name,
                "cluster": {"server": endpoint, "certificate-authority-data": certificate},
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "aws",
                        "args": [
                            *("eks", "get-token", "--output", "json"),
                            *("--cluster-name", name, "--region", region),
                        ],
                        "interactiveMode": "Never",
                    }
                },
            }
        ],
    }
