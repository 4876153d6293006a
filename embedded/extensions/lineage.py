"""SageMaker's lineage: entities, their associations, and the way through them.

https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded.clock import now
from embedded.extensions.lineage_records import (
    artifact_arn,
    own_associations,
    own_entities,
    recorded,
)
from embedded.extensions.operations import add, asked_of, paged
from embedded.sagemaker.lineage import BOTH, MOST_DEPTH, Association, Entity, fits

KINDS = ("Artifact", "Action", "Context")
TOLD = ("Description", "Status", "Properties", "MetadataProperties")

_described_by_moto = SageMakerResponse.describe_trial_component  # replaced below


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        add_association,
        delete_association,
        describe_trial_component,
        list_associations,
        query_lineage,
    )
    for kind in KINDS:
        lower = kind.lower()
        setattr(SageMakerResponse, f"create_{lower}", _creation(kind))
        setattr(SageMakerResponse, f"describe_{lower}", _description(kind))
        setattr(SageMakerResponse, f"delete_{lower}", _deletion(kind))
        setattr(SageMakerResponse, f"list_{lower}s", _listing(kind))


def query_lineage(self: SageMakerResponse) -> ActionResult:
    """QueryLineage, from one start."""
    graph, asked = recorded(self.sagemaker_backend), self._get_param("StartArns") or []
    depth = self._get_param("MaxDepth") or MOST_DEPTH
    if depth > MOST_DEPTH:
        raise ValidationError(message=f"MaxDepth {depth} is more than {MOST_DEPTH}.")
    if len(asked) != 1:
        raise ValidationError(message="The embedded AWS asks lineage from one of StartArns.")
    if asked[0] not in graph.entities:
        raise ResourceNotFound(message=f"Lineage entity {asked[0]} does not exist.")
    filters = self._get_param("Filters") or {}
    if unknown := filters.keys() - {"Types", "LineageTypes", "CreatedBefore", "CreatedAfter"}:
        raise ValidationError(
            message=f"The embedded AWS does not filter lineage by {', '.join(sorted(unknown))}."
        )
    arns, ways = graph.within(asked[0], self._get_param("Direction") or BOTH, depth)
    found = [graph.entities[arn] for arn in arns if arn in graph.entities]
    vertices = [
        {"Arn": one.arn, "Type": one.type, "LineageType": one.lineage_type}
        for one in found
        if fits(one, filters)
    ]
    answered: Any = paged(self, "Vertices", vertices, "Arn").result
    edges = [
        {"SourceArn": one.source, "DestinationArn": one.destination, "AssociationType": one.kind}
        for one in ways
    ]
    return ActionResult({**answered, "Edges": edges if self._get_param("IncludeEdges") else []})


def add_association(self: SageMakerResponse) -> ActionResult:
    """AddAssociation, of two entities that are there."""
    backend, graph = self.sagemaker_backend, recorded(self.sagemaker_backend)
    source, destination = _ends(self)
    for arn in (source, destination):
        if arn not in graph.entities:
            raise ResourceNotFound(message=f"Lineage entity {arn} does not exist.")
    if (source, destination) in graph.associations:
        raise ValidationError(message=f"{source} and {destination} are associated already.")
    kind = self._get_param("AssociationType") or "AssociatedWith"
    made = Association(source, destination, kind, now())
    own_associations(backend)[f"{source} {destination}"] = made
    return ActionResult({"SourceArn": source, "DestinationArn": destination})


def delete_association(self: SageMakerResponse) -> ActionResult:
    """DeleteAssociation, of one that somebody has added."""
    source, destination = _ends(self)
    if own_associations(self.sagemaker_backend).pop(f"{source} {destination}", None) is None:
        raise ResourceNotFound(message=f"{source} and {destination} are not associated by anybody.")
    return ActionResult({"SourceArn": source, "DestinationArn": destination})


def list_associations(self: SageMakerResponse) -> ActionResult:
    """ListAssociations, by their ends and their kinds."""
    graph = recorded(self.sagemaker_backend)
    listed = [
        {
            "SourceArn": one.source,
            "DestinationArn": one.destination,
            "AssociationType": one.kind,
            "SourceType": graph.entities[one.source].type,
            "DestinationType": graph.entities[one.destination].type,
            "SourceName": graph.entities[one.source].name,
            "DestinationName": graph.entities[one.destination].name,
            "CreationTime": one.created,
        }
        for one in graph.associations.values()
        if one.source in graph.entities and one.destination in graph.entities
    ]
    keys = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")
    wanted = asked_of(self, *keys)
    kept = [one for one in listed if all(one[key] == value for key, value in wanted.items())]
    return paged(self, "AssociationSummaries", kept, "SourceArn")


def describe_trial_component(self: SageMakerResponse) -> ActionResult:
    """DescribeTrialComponent, as moto's, and of the components of jobs."""
    backend, name = self.sagemaker_backend, self._get_param("TrialComponentName")
    short = name.rpartition("/")[2]
    if short in backend.trial_components:
        answered: ActionResult = _described_by_moto(self)
        return answered
    for one in recorded(backend).entities.values():
        if one.lineage_type == "TrialComponent" and one.name == short:
            told = {
                "TrialComponentName": one.name,
                "TrialComponentArn": one.arn,
                "DisplayName": one.name,
                "Source": {"SourceArn": one.source, "SourceType": f"SageMaker{one.type}"},
                "CreationTime": one.created,
            }
            return ActionResult(told)
    raise ResourceNotFound(message=f"Trial component {short} does not exist.")


def _creation(kind: str) -> Callable[[SageMakerResponse], ActionResult]:
    def create(self: SageMakerResponse) -> ActionResult:
        backend, source = self.sagemaker_backend, self._get_param("Source")["SourceUri"]
        name = self._get_param(f"{kind}Name")
        if kind == "Artifact":
            arn = artifact_arn(backend, source)
        else:
            account, region = backend.account_id, backend.region_name
            arn = str(arn_formatter(kind.lower(), name, account, region))
        if arn in recorded(backend).entities:
            raise ValidationError(message=f"{kind} {arn} exists already.")
        type_, told = self._get_param(f"{kind}Type"), asked_of(self, *TOLD)
        entity = Entity(arn, kind, type_, name or arn.rpartition("/")[2], source, now(), told)
        own_entities(backend)[arn] = entity
        return ActionResult({f"{kind}Arn": arn})

    return create


def _description(kind: str) -> Callable[[SageMakerResponse], ActionResult]:
    def describe(self: SageMakerResponse) -> ActionResult:
        found = _asked(self, kind)
        return ActionResult({**_summary(found, kind), **found.told})

    return describe


def _deletion(kind: str) -> Callable[[SageMakerResponse], ActionResult]:
    def delete(self: SageMakerResponse) -> ActionResult:
        backend, arn = self.sagemaker_backend, _asked(self, kind).arn
        ways = own_associations(backend).values()
        if any(arn in (each.source, each.destination) for each in ways):
            raise ValidationError(message=f"{arn} has associations: delete them first.")
        if own_entities(backend).pop(arn, None) is None:
            raise ValidationError(message=f"{arn} is SageMaker's own, which the jobs tell of.")
        return ActionResult({f"{kind}Arn": arn})

    return delete


def _listing(kind: str) -> Callable[[SageMakerResponse], ActionResult]:
    def listed(self: SageMakerResponse) -> ActionResult:
        source, type_ = self._get_param("SourceUri"), self._get_param(f"{kind}Type")
        found = [
            _summary(one, kind)
            for one in recorded(self.sagemaker_backend).entities.values()
            if one.lineage_type == kind
            and (source is None or one.source == source)
            and (type_ is None or one.type == type_)
        ]
        return paged(self, f"{kind}Summaries", found, f"{kind}Arn")

    return listed


def _asked(self: SageMakerResponse, kind: str) -> Entity:
    """The entity that a request names by name or ARN. Raises ResourceNotFound."""
    wanted = self._get_param(f"{kind}Arn") or self._get_param(f"{kind}Name")
    for one in recorded(self.sagemaker_backend).entities.values():
        if one.lineage_type == kind and wanted in (one.arn, one.name):
            return one
    raise ResourceNotFound(message=f"{kind} {wanted} does not exist.")


def _summary(one: Entity, kind: str) -> dict[str, Any]:
    return {
        f"{kind}Name": one.name,
        f"{kind}Arn": one.arn,
        f"{kind}Type": one.type,
        "Source": {"SourceUri": one.source},
        "CreationTime": one.created,
        "LastModifiedTime": one.created,
    }


def _ends(self: SageMakerResponse) -> tuple[str, str]:
    return self._get_param("SourceArn"), self._get_param("DestinationArn")
