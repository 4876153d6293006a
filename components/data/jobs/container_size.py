"""How large a worker of EMR on EKS is, a driver or an executor."""

WORKER_VCPU, WORKER_GIB = 4, 16
"""What it is counted as: a node of its own, if need be, with what else is in its pod."""
REQUEST_CORES = "3500m"
"""What it asks for, which a node of that size has left, and the container beside it for logs."""
MEMORY, OVERHEAD = "11g", "1536m"
"""The program's memory, and what Python and the system have beside it.

https://spark.apache.org/docs/latest/running-on-kubernetes.html
"""
