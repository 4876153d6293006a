"""Has the embedded AWS run QualityCheck and ClarifyCheck steps by the platform's own monitors."""

from pathlib import Path

from embedded.sagemaker.monitors import Monitor, register

ROOT = Path(__file__).parents[2]
PACKAGE = "components.mlops.monitoring.checks"
CHECKS = frozenset(
    {"DATA_QUALITY", "MODEL_QUALITY", "DATA_BIAS", "MODEL_BIAS", "MODEL_EXPLAINABILITY"}
)


def register_monitors() -> None:
    """Register the monitors; a job of theirs imports the platform from where it is."""
    register(
        Monitor(
            name="maslow's monitors",
            command=("python3", "-m", PACKAGE),
            environment={"PYTHONPATH": str(ROOT)},
            checks=CHECKS,
        )
    )
