"""Databases and tables of the data catalog, crawlers, jobs, and the schemas of streams.

https://docs.aws.amazon.com/glue/latest/webapi/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html"
)
"""Which actions there are, and on what."""

OPTIMIZER = {
    "CatalogId": "{catalogId}",
    "DatabaseName": "{databaseName}",
    "TableName": "{tableName}",
    "Type": "{type}",
}
CONFIGURED = {"configuration": "TableOptimizerConfiguration"}
DATABASE = {"CatalogId": "{catalogId}", "Name": "{name}"}
TABLE = {"CatalogId": "{catalogId}", "DatabaseName": "{databaseName}"}
ARN = "arn:{partition}:glue:{region}:{account}:database/{name}"
REGISTRY_ARN = "arn:{partition}:glue:{region}:{account}:registry/{name}"
SCHEMA = {"SchemaId": {"SchemaArn": "{id}"}}
TABLE_ARN = "arn:{partition}:glue:{region}:{account}:table/{databaseName}/{name}"
TABLE_INPUTS = (
    "databaseName",
    "name",
    "description",
    "owner",
    "parameters",
    "partitionKeys",
    "retention",
    "storageDescriptor",
    "tableType",
    "viewExpandedText",
    "viewOriginalText",
)

JOB = {"JobName": "{name}"}
JOB_ARN = "arn:{partition}:glue:{region}:{account}:job/{name}"
CRAWLER = {"Name": "{name}"}
CRAWLER_ARN = "arn:{partition}:glue:{region}:{account}:crawler/{name}"
CRAWLED = {
    "s3Targets": "Targets.S3Targets",
    "securityConfiguration": "CrawlerSecurityConfiguration",
}
SECURITY = {"Name": "{name}"}
RULESET = {"Name": "{name}"}
RULESET_ARN = "arn:{partition}:glue:{region}:{account}:dataQualityRuleset/{name}"

TYPES = (
    Type(
        "aws:glue/catalogDatabase:CatalogDatabase",
        "glue",
        id="{account}:{name}",
        name="name",
        create=Call("CreateDatabase", inside="DatabaseInput"),
        read=Call(
            "GetDatabase",
            given=DATABASE,
            at="Database",
            outputs={"arn": ARN, "catalogId": "{account}"},
        ),
        update=(Call("UpdateDatabase", inside="DatabaseInput", given=DATABASE),),
        delete=Call("DeleteDatabase", given=DATABASE),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": ARN}),
            Call("UntagResource", given={"ResourceArn": ARN, "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Database",
        outputs={"arn": arn_of("glue", "database/{name}")},
        holds_data="the definitions of its tables",
        iam=Iam(
            on="catalog database/{table}",
            read="GetTags",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "glue",
                    # Glue asks for the tables and functions, too, of a database that is deleted.
                    "catalog database/{table} table/{table} userDefinedFunction/{table}",
                    delete="DeleteDatabase",
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/catalogTable:CatalogTable",
        "glue",
        id="{account}:{databaseName}:{name}",
        name="name",
        create=Call(
            "CreateTable", takes=(*TABLE_INPUTS, "openTableFormatInput"), inside="TableInput"
        ),
        read=Call(
            "GetTable",
            given={**TABLE, "Name": "{name}"},
            at="Table",
            outputs={"arn": TABLE_ARN, "catalogId": "{account}"},
        ),
        update=(Call("UpdateTable", takes=TABLE_INPUTS[1:], inside="TableInput", given=TABLE),),
        delete=Call("DeleteTable", given={**TABLE, "Name": "{name}"}),
        cloudformation="AWS::Glue::Table",
        outputs={"arn": arn_of("glue", "table/{databaseName}/{name}")},
        holds_no_data="it is written anew from the program, and what it describes is in S3",
        iam=Iam(
            grants=(
                Grant(
                    "glue",
                    "catalog database/{table} table/{table}",
                    create="CreateTable",
                    read="GetTable",
                    update="UpdateTable",
                    delete="DeleteTable",
                ),
                Grant(
                    "glue",
                    "catalog database/{table} table/{table}",
                    read="GetPartitionIndexes",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/job:Job",
        "glue",
        id="{name}",
        name="name",
        limit=255,
        create=Call("CreateJob", names={"roleArn": "Role"}),
        read=Call("GetJob", given=JOB, at="Job", outputs={"arn": JOB_ARN}),
        update=(
            Call("UpdateJob", inside="JobUpdate", names={"roleArn": "JobUpdate.Role"}, given=JOB),
        ),
        delete=Call("DeleteJob", given=JOB),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": JOB_ARN}),
            Call("UntagResource", given={"ResourceArn": JOB_ARN, "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Job",
        outputs={"arn": arn_of("glue", "job/{name}")},
        holds_no_data="it reads and writes S3; what it keeps of runs is their history",
        iam=Iam(
            on="job/{name}",
            create="TagResource",
            read="GetTags",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:glue/crawler:Crawler",
        "glue",
        id="{name}",
        name="name",
        limit=255,
        create=Call("CreateCrawler", names=CRAWLED),
        read=Call("GetCrawler", given=CRAWLER, at="Crawler", outputs={"arn": CRAWLER_ARN}),
        update=(Call("UpdateCrawler", names=CRAWLED, given=CRAWLER),),
        delete=Call("DeleteCrawler", given=CRAWLER),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": CRAWLER_ARN}),
            Call("UntagResource", given={"ResourceArn": CRAWLER_ARN, "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Crawler",
        outputs={"arn": arn_of("glue", "crawler/{name}")},
        log_groups=("/aws-glue/crawlers",),
        holds_no_data="the tables that it has found are in the catalog, and are found again",
        iam=Iam(
            on="crawler/{name}",
            create="TagResource",
            read="GetTags",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "glue",
                    create="CreateCrawler",
                    reason="Glue offers no resource for the creation of crawlers",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/dataQualityRuleset:DataQualityRuleset",
        "glue",
        id="{name}",
        name="name",
        limit=255,
        create=Call("CreateDataQualityRuleset"),
        read=Call("GetDataQualityRuleset", given=RULESET, outputs={"arn": RULESET_ARN}),
        update=(Call("UpdateDataQualityRuleset"),),
        delete=Call("DeleteDataQualityRuleset", given=RULESET),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": RULESET_ARN}),
            Call("UntagResource", given={"ResourceArn": RULESET_ARN, "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::DataQualityRuleset",
        replaces=("name", "targetTable"),
        outputs={"arn": arn_of("glue", "dataQualityRuleset/{name}")},
        holds_no_data="it is written anew from the program",
        iam=Iam(
            on="dataQualityRuleset/{name}",
            create="TagResource",
            read="GetTags",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "glue",
                    create="CreateDataQualityRuleset",
                    reason="Glue offers no resource for the creation of rulesets",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/securityConfiguration:SecurityConfiguration",
        "glue",
        id="{name}",
        name="name",
        limit=255,
        create=Call("CreateSecurityConfiguration"),
        read=Call("GetSecurityConfiguration", given=SECURITY, at="SecurityConfiguration"),
        delete=Call("DeleteSecurityConfiguration", given=SECURITY),
        cloudformation="AWS::Glue::SecurityConfiguration",
        replaces=("name", "encryptionConfiguration"),
        holds_no_data="it says by which keys jobs encrypt",
        iam=Iam(
            grants=(
                Grant(
                    "glue",
                    create="CreateSecurityConfiguration",
                    read="GetSecurityConfiguration",
                    delete="DeleteSecurityConfiguration",
                    reason="Glue offers no resource for security configurations",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/catalogTableOptimizer:CatalogTableOptimizer",
        "glue",
        id="{catalogId},{databaseName},{tableName},{type}",
        create=Call("CreateTableOptimizer", names=CONFIGURED),
        read=Call("GetTableOptimizer", given=OPTIMIZER, at="TableOptimizer"),
        update=(
            Call(
                "UpdateTableOptimizer", takes=("configuration",), names=CONFIGURED, given=OPTIMIZER
            ),
        ),
        delete=Call("DeleteTableOptimizer", given=OPTIMIZER),
        cloudformation="AWS::Glue::TableOptimizer",
        log_groups=tuple(
            f"/aws-glue/iceberg-{each}/logs"
            for each in ("compaction", "retention", "orphan-file-deletion")
        ),
        holds_no_data="how a table is looked after is written anew from the program",
        iam=Iam(on="catalog database/{table} table/{table}", source=AUTHORIZATION),
    ),
    Type(
        "aws:glue/registry:Registry",
        "glue",
        id=REGISTRY_ARN,
        name="registryName",
        limit=255,
        create=Call("CreateRegistry"),
        read=Call(
            "GetRegistry",
            given={"RegistryId": {"RegistryName": "{registryName|name}"}},
            outputs={"arn": "RegistryArn"},
        ),
        update=(
            Call(
                "UpdateRegistry",
                takes=("description",),
                given={"RegistryId": {"RegistryName": "{registryName|name}"}},
            ),
        ),
        delete=Call(
            "DeleteRegistry", given={"RegistryId": {"RegistryName": "{registryName|name}"}}
        ),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": "{id}"}),
            Call("UntagResource", given={"ResourceArn": "{id}", "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Registry",
        outputs={"arn": arn_of("glue", "registry/{name}")},
        holds_no_data="its schemas are written anew from the program",
        iam=Iam(on="registry/{name}", read="GetTags", source=AUTHORIZATION),
    ),
    Type(
        "aws:glue/schema:Schema",
        "glue",
        id=arn_of("glue", "schema/{logical}/{name}"),
        name="schemaName",
        limit=255,
        create=Call(
            "CreateSchema",
            names={"registryArn": "RegistryId.RegistryArn"},
            outputs={"id": "SchemaArn"},
        ),
        read=Call(
            "GetSchema",
            given=SCHEMA,
            outputs={
                "arn": "SchemaArn",
                "registryName": "RegistryName",
                "latestSchemaVersion": "LatestSchemaVersion",
                "nextSchemaVersion": "NextSchemaVersion",
                "schemaCheckpoint": "SchemaCheckpoint",
            },
        ),
        update=(
            Call(
                "UpdateSchema",
                takes=("compatibility", "description"),
                given={**SCHEMA, "SchemaVersionNumber": {"LatestVersion": True}},
            ),
            Call("RegisterSchemaVersion", takes=("schemaDefinition",), given=SCHEMA),
        ),
        delete=Call("DeleteSchema", given=SCHEMA),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": "{id}"}),
            Call("UntagResource", given={"ResourceArn": "{id}", "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Schema",
        changes={
            "schemaDefinition": "https://docs.aws.amazon.com/glue/latest/webapi/API_RegisterSchemaVersion.html"
        },
        outputs={"arn": arn_of("glue", "schema/{logical}/{name}")},
        holds_no_data="it is written anew from the program",
        iam=Iam(
            on="registry/{name} schema/{name}",
            read="GetSchemaVersion GetTags",
            source=AUTHORIZATION,
        ),
    ),
)
