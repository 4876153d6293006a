"""The monitors' engine: one package of plain modules for a cloud, the embedded AWS and a laptop.

It needs Python 3.10, numpy, scipy, scikit-learn and boto3, all in SageMaker's scikit-learn image
1.4-2, and nothing of this repository. It is run as a package:

    python3 -m runtime --model readmission --monitor data --baseline … --capture … --output …

In this repository that is `python3 -m components.mlops.monitoring.runtime`. A processing job has
the folder as an input at /opt/ml/processing/input/code/runtime, PYTHONPATH set to the folder above,
`python3 -m runtime` as its entry point, and what `monitor.py` takes as its arguments.

| module | what it does |
|---|---|
| `profiles` | sums a table up in one pass; whole in itself, as training runs a copy of it |
| `sources` | where captured traffic and files lie, here or in S3 |
| `capture` | reads their lines as rows |
| `drift` | compares a profile with the baseline, and says what is drift |
| `truth` | joins rows with what came true |
| `quality`, `scores` | how good the answers are; scikit-learn's metrics |
| `bias`, `fairness` | how groups fare; the measures of SageMaker Clarify |
| `explain`, `shapley`, `handler` | what the model decides by; Shapley values; the model's handler |
| `report` | the report as JSON and as a page |
| `metrics` | what CloudWatch is told |
| `monitor` | the command |
"""
