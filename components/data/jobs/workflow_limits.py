"""What a workflow of MWAA Serverless has at most.

https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/mwaa-serverless-quotas.html
https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/supported-airflow-parameters.html
"""

TASK_MINUTES = 60
"""Minutes of a task, after which it is ended."""
TASK_RETRIES = 3
"""How often a task is tried again."""
DEFINITION_BYTES = 50 * 1024
"""Size of a definition."""

WAIT_MINUTES = TASK_MINUTES * (TASK_RETRIES + 1)
"""Minutes that a run of EMR Serverless is followed for: each try of the task waits on."""
GLUE_MINUTES = 50
"""Minutes of a run of Glue: what starts it also waits for it, and has to see its end."""
CHECK_MINUTES = 50
"""Minutes of an evaluation of rules, likewise."""
