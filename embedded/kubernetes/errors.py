"""What the embedded Kubernetes answers when it does not do what it is asked."""


class NotTaken(ValueError):
    """What an API server would refuse, in one sentence."""


class Unreachable(NotTaken):
    """There is no cluster where a kubeconfig says that there is one."""
