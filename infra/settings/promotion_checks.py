"""What the files of environments that promote models to each other must agree on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.settings.aws import allowed
from infra.settings.cross_stack import StackValues, mapping
from infra.settings.framework_image import image_for
from infra.settings.mistakes import Mistake, did_you_mean
from infra.settings.mlops.serving import Serving


def check_accounts(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield the environments to which two files give different accounts."""
    ours = mapping(own.values.get("accounts"))
    for other in others:
        theirs = mapping(other.values.get("accounts"))
        for environment in ours:
            if environment in theirs and ours[environment] != theirs[environment]:
                yield Mistake(
                    ("accounts", environment),
                    f"{ours[environment]} is {theirs[environment]} in {other.file}.",
                )


def check_promotions(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield promotions that only one of the two files has, and those that cannot work."""
    known = {other.environment: other for other in others}
    ours = _promotion(own)
    origin, targets = ours.get("from"), ours.get("to")
    if isinstance(origin, str) and origin != own.environment:
        path = ("promotion", "from")
        other = known.get(origin)
        if other is None:
            yield _no_such_environment(path, origin, known)
        elif own.environment not in _targets(other):
            yield Mistake(
                path,
                f"{other.file} does not open its models to {own.environment}.",
                f"Say there promotion: {{to: [{own.environment}]}}, beside others.",
            )
        else:
            yield from _check_origin(own, other)
    for position, name in enumerate(targets if isinstance(targets, list) else []):
        if not isinstance(name, str) or name == own.environment:
            continue
        target = known.get(name)
        if target is None:
            yield _no_such_environment(("promotion", "to", position), name, known)
        elif _promotion(target).get("from") != own.environment:
            yield Mistake(
                ("promotion", "to", position),
                f"{target.file} takes no versions from {own.environment}.",
                f"Say there promotion: {{from: {own.environment}}}.",
            )


def _check_origin(own: StackValues, origin: StackValues) -> Iterator[Mistake]:
    """Yield what keeps versions trained in `origin` from being deployed to `own`."""
    path = ("promotion", "from")
    if own.region != origin.region:
        yield Mistake(
            path,
            f"{origin.environment} is in {origin.region}, and this environment in {own.region}.",
            "SageMaker deploys versions of its own region only.",
        )
    if bool(own.values.get("accounts")) != bool(origin.values.get("accounts")):
        yield Mistake(
            path,
            f"one of this file and {origin.file} gives no accounts.",
            "Give the same accounts in both.",
        )
    theirs = {model.get("name"): model for _, model in _models(origin)}
    for index, model in _models(own):
        name = model.get("name")
        if not isinstance(name, str):
            continue
        if name not in theirs:
            yield Mistake(
                ("models", index, "name"),
                f"{origin.file} trains no {name}.",
                did_you_mean(name, [known for known in theirs if isinstance(known, str)]),
            )
            continue
        yield from _check_model(index, model, theirs[name], own, origin)


def _check_model(
    index: int,
    model: Mapping[str, Any],
    theirs: Mapping[str, Any],
    own: StackValues,
    origin: StackValues,
) -> Iterator[Mistake]:
    """Yield what keeps a model from being served as it is trained in `origin`."""
    for key in ("features", "target", "image"):
        if model.get(key) != theirs.get(key):
            yield Mistake(
                ("models", index, *([key] if key in model else [])),
                f"{key} is not the same in {origin.file}, which trains it.",
            )
    if (ours := _served_in(model)) != (registered := _served_in(theirs)):
        yield Mistake(
            ("models", index, "serving"),
            f"it would be served in {ours}, and {origin.file}, which trains it, registers it "
            f"for {registered}.",
            "Let serving.framework be the same in both, on instances of one kind.",
        )
    learned = _facets(theirs)
    if unknown := [column for column in _facets(model) if column not in learned]:
        yield Mistake(
            ("models", index, "monitor", "bias", "on"),
            f"{', '.join(unknown)} is not watched in {origin.file}, which trains it.",
            "Add it there, too: how groups fared in training is measured when it is trained.",
        )
    if _columns(own, model) != _columns(origin, theirs):
        yield Mistake(
            ("models", index, "features"),
            f"its feature groups have other columns in {origin.file}, which trains it.",
            "A model is served what it was trained on: give both the same newest versions.",
        )


def _served_in(model: Mapping[str, Any]) -> str:
    """The image by framework in which a model is served, or else the one of its jobs."""
    serving = mapping(model.get("serving"))
    framework: Any = dict(mapping(serving.get("framework")))
    instance = serving.get("instance", Serving().instance)
    if len(framework) != 1 or instance not in allowed()["endpoint"]:
        return "the image of its jobs"
    image = image_for(framework, "serving", [instance])
    return image.name if image else "no image"


def _facets(model: Mapping[str, Any]) -> list[str]:
    """The columns whose groups a model's monitor of bias looks at."""
    on = mapping(mapping(model.get("monitor")).get("bias")).get("on")
    return [column for column in (on if isinstance(on, list) else []) if isinstance(column, str)]


def _columns(environment: StackValues, model: Mapping[str, Any]) -> dict[str, object]:
    """The columns of the newest version of each feature group that a model reads."""
    newest: dict[str, tuple[int, object]] = {}
    groups = environment.values.get("features")
    for group in map(mapping, groups if isinstance(groups, list) else []):
        name, version = group.get("name"), group.get("version", 1)
        if isinstance(name, str) and isinstance(version, int):
            newest[name] = max(
                newest.get(name, (0, None)),
                (version, group.get("features")),
                key=lambda each: each[0],
            )
    wanted = model.get("features")
    names = [name for name in (wanted if isinstance(wanted, list) else []) if name in newest]
    return {name: newest[name][1] for name in names}


def _no_such_environment(
    path: tuple[str | int, ...], name: str, known: Mapping[str, StackValues]
) -> Mistake:
    hint = did_you_mean(name, known) or f"Beside it are {', '.join(known) or 'none'}."
    return Mistake(path, f"there is no environment {name} beside this file.", hint)


def _promotion(environment: StackValues) -> Mapping[str, Any]:
    return mapping(environment.values.get("promotion"))


def _targets(environment: StackValues) -> list[object]:
    targets = _promotion(environment).get("to")
    return targets if isinstance(targets, list) else []


def _models(environment: StackValues) -> Iterator[tuple[int, Mapping[str, Any]]]:
    models = environment.values.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        yield index, mapping(model)
