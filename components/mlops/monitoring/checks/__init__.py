"""Checks of a pipeline's data and models, in the place of Model Monitor's and Clarify's images.

Those images are closed. On the embedded AWS their jobs run this package, which measures with the
monitors' runtime and writes what it finds in the layout of AWS's files. It is a command,
`python3 -m components.mlops.monitoring.checks`, that is told all by its environment.

| module | what it does |
|---|---|
| `tables` | reads a data set in CSV or JSON lines |
| `data_quality` | statistics and constraints of columns, and what breaks the baseline's |
| `model_quality` | the same of predictions with their truth |
| `bias` | the measures of bias before training and after it, by facet |
| `explainability` | what a model decides by, and whether that has changed |
| `asking` | asks the model by an endpoint of the check's own |
"""
