"""Data quality rules in DQDL, the language of Glue Data Quality.

A small evaluator on DuckDB. Its semantics are those of AWS's documentation and, where that says
nothing, of awslabs/deequ, AWS's open implementation. Rules that are only checked are refused by
name when they are run.

| rule type               | here          | tells of |
|-------------------------|---------------|----------|
| AggregateMatch          | evaluated     |          |
| AllStatistics           | analyzer only |          |
| ColumnCorrelation       | evaluated     |          |
| ColumnCount             | evaluated     |          |
| ColumnDataType          | evaluated     | each row |
| ColumnExists            | evaluated     |          |
| ColumnLength            | evaluated     | each row |
| ColumnNamesMatchPattern | evaluated     |          |
| ColumnValues            | evaluated     | each row |
| Completeness            | evaluated     | each row |
| CustomSql               | evaluated     | each row |
| DataFreshness           | evaluated     | each row |
| DatasetMatch            | only checked  |          |
| DetectAnomalies         | only checked  |          |
| DistinctValuesCount     | evaluated     |          |
| Entropy                 | evaluated     |          |
| FileFreshness           | only checked  |          |
| FileMatch               | only checked  |          |
| FileSize                | only checked  |          |
| FileUniqueness          | only checked  |          |
| IsComplete              | evaluated     | each row |
| IsPrimaryKey            | evaluated     | each row |
| IsUnique                | evaluated     | each row |
| Mean                    | evaluated     |          |
| ReferentialIntegrity    | evaluated     | each row |
| RowCount                | evaluated     |          |
| RowCountMatch           | evaluated     |          |
| SchemaMatch             | only checked  |          |
| StandardDeviation       | evaluated     |          |
| Sum                     | evaluated     |          |
| UniqueValueRatio        | evaluated     |          |
| Uniqueness              | evaluated     | each row |
| Variance                | evaluated     |          |

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
https://github.com/awslabs/deequ
"""
