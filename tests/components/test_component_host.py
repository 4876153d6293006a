"""Every component can be served to programs in other languages by Pulumi's component host.

The host reads a component's args and outputs from its annotations, and knows fewer types than
Python. https://www.pulumi.com/docs/iac/concepts/components/packaging-components/
"""

import importlib
import inspect
import pkgutil

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

import components
import custom
from tests.examples import enrichment

MODULES = [
    importlib.import_module(module.name)
    for package in (components, custom, enrichment)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if ".runtime" not in module.name
]
COMPONENTS = [
    member
    for module in MODULES
    for _, member in inspect.getmembers(module, inspect.isclass)
    if issubclass(member, pulumi.ComponentResource) and member.__module__ == module.__name__
]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_a_component_can_be_served_to_other_languages(component):
    served = Analyzer("maslow").analyze(components=[component])
    assert component.__name__ in served["component_definitions"]
