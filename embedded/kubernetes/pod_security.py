"""The pod security standards, which a namespace enforces by its labels.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from embedded.kubernetes.pods import PodSpec

ENFORCED = "pod-security.kubernetes.io/enforce"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEVELS = ("privileged", "baseline", "restricted")
CAPABILITIES = _words(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID "
    "SETPCAP SETUID SYS_CHROOT"
)
"""What the level baseline lets a container add."""
SYSCTLS = _words(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start "
    "net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports "
    "net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl "
    "net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem"
)
VOLUMES = _words(
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret"
)
"""The sources of volumes that the level restricted lets in."""
SELINUX_TYPES = _words("container_t container_init_t container_kvm_t container_engine_t") | {""}
OF_THE_HOST = ("hostNetwork", "hostPID", "hostIPC")


def violations(level: str, pod: PodSpec) -> Iterator[str]:
    """What a level of the standards forbids of a pod, one sentence each.

    A level that is not one of the standards forbids nothing, as in a cluster.
    """
    if level in LEVELS[1:]:
        yield from _baseline(pod)
    if level == LEVELS[2]:
        yield from _restricted(pod)


def _baseline(pod: PodSpec) -> Iterator[str]:
    of_pod = pod.spec.get("securityContext") or {}
    for key in OF_THE_HOST:
        if pod.spec.get(key):
            yield f"{pod.path}.{key} must not be true"
    for volume in pod.spec.get("volumes") or ():
        if "hostPath" in volume:
            yield f"{pod.path}.volumes: {volume.get('name')} must not be a hostPath"
    for sysctl in of_pod.get("sysctls") or ():
        if sysctl.get("name") not in SYSCTLS:
            yield f"{pod.path}.securityContext.sysctls: {sysctl.get('name')} is not a safe one"
    yield from _settings(f"{pod.path}.securityContext", of_pod)
    for path, container in pod.containers():
        context = container.get("securityContext") or {}
        yield from _privileges(f"{path}.securityContext", context)
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                yield f"{path}.ports: the port {port['hostPort']} of the host must not be taken"
        yield from _settings(f"{path}.securityContext", context)


def _privileges(where: str, context: Mapping[str, Any]) -> Iterator[str]:
    if context.get("privileged"):
        yield f"{where}.privileged must not be true"
    if (context.get("procMount") or "Default") != "Default":
        yield f"{where}.procMount must be Default"
    added = (context.get("capabilities") or {}).get("add") or ()
    for capability in sorted({*added} - CAPABILITIES):
        yield f"{where}.capabilities.add: {capability} must not be added"


def _settings(where: str, context: Mapping[str, Any]) -> Iterator[str]:
    """What a security context says that a pod and a container may both say."""
    linux = context.get("seLinuxOptions") or {}
    if str(linux.get("type") or "") not in SELINUX_TYPES or linux.get("user") or linux.get("role"):
        yield f"{where}.seLinuxOptions must not be of its own"
    for key in ("seccompProfile", "appArmorProfile"):
        if (context.get(key) or {}).get("type") == "Unconfined":
            yield f"{where}.{key}.type must not be Unconfined"
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield f"{where}.windowsOptions.hostProcess must not be true"


def _restricted(pod: PodSpec) -> Iterator[str]:
    of_pod = pod.spec.get("securityContext") or {}
    for volume in pod.spec.get("volumes") or ():
        for source in sorted(volume.keys() - VOLUMES - {"name", "hostPath"}):
            yield f"{pod.path}.volumes: {volume.get('name')} must not be of {source}"
    if of_pod.get("runAsUser") == 0:
        yield f"{pod.path}.securityContext.runAsUser must not be 0"
    for path, container in pod.containers():
        context = container.get("securityContext") or {}
        yield from _restricted_container(f"{path}.securityContext", context, of_pod)


def _restricted_container(
    where: str, context: Mapping[str, Any], of_pod: Mapping[str, Any]
) -> Iterator[str]:
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{where}.allowPrivilegeEscalation must be false"
    if context.get("runAsNonRoot", of_pod.get("runAsNonRoot")) is not True:
        yield f"{where}.runAsNonRoot must be true, or the pod's"
    if context.get("runAsUser") == 0:
        yield f"{where}.runAsUser must not be 0"
    profile = context.get("seccompProfile") or of_pod.get("seccompProfile") or {}
    if profile.get("type") not in {"RuntimeDefault", "Localhost"}:
        yield f"{where}.seccompProfile.type must be RuntimeDefault or Localhost, or the pod's"
    capabilities = context.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f"{where}.capabilities.drop must have ALL"
    for capability in sorted({*(capabilities.get("add") or ())} - {"NET_BIND_SERVICE"}):
        if capability in CAPABILITIES:
            yield f"{where}.capabilities.add: {capability} must not be added"
