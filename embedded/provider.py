"""A provider of Pulumi's engine, `aws` or `kubernetes`, served over the embedded AWS.

The engine attaches to it by `PULUMI_DEBUG_PROVIDERS=aws:<port>` and then downloads no plugin.
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib.metadata import version
from typing import Self, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from catalog import wire
from embedded.lifecycle import Change, Manager, Refused
from embedded.packages import Package

WORKERS = 8
UNLIMITED = -1

Request = TypeVar("Request")
Response = TypeVar("Response")
Method = Callable[["Provider", Request, grpc.ServicerContext], Response]


def _answering(method: Method[Request, Response]) -> Method[Request, Response]:
    """Answer what is refused with a status and its one sentence, not with a traceback."""

    @wraps(method)
    def answer(self: "Provider", request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return method(self, request, context)
        except Refused as refused:
            context.abort(grpc.StatusCode.UNKNOWN, str(refused))
            raise

    return answer


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Speaks Pulumi's provider protocol for the resources of a package.

    One server answers the default provider and every explicit one. The engine opens a connection
    for each, and so the peer tells whose configuration a request is under.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._default = package.configured({})
        self._configured: dict[str, Manager] = {}

    def Handshake(  # noqa: N802  # the protocol's names
        self, _request: provider_pb2.ProviderHandshakeRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Ask for plain values: the engine keeps what is secret and puts the marks back."""
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(  # noqa: N802
        self, _request: plugin_pb2.PluginAttach, _context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Accept the engine; this provider asks nothing of it."""
        return empty_pb2.Empty()

    def GetPluginInfo(  # noqa: N802
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The version of the SDK whose resources are served."""
        return plugin_pb2.PluginInfo(version=version(self._package.sdk))

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept any configuration: what is of use in it is found out by `Configure`."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """What makes it another provider is the package's to say; all else changes in place."""
        olds, news = wire.plain(request.old_inputs), wire.plain(request.news)
        changed = sorted(key for key in olds | news if olds.get(key) != news.get(key))
        some = provider_pb2.DiffResponse.DIFF_SOME
        none = provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=self._package.replacing(olds, news),
        )

    @_answering
    def Configure(  # noqa: N802
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the settings; previews are answered with what is known."""
        settings = wire.plain(request.args)
        self._configured[context.peer()] = self._package.configured(settings)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    @_answering
    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Complete and check inputs; what is wrong with them is told as a failure."""
        news, olds = wire.plain(request.news), wire.plain(request.olds)
        try:
            inputs = self._of(context).check(
                request.type, request.name, news, olds, request.randomSeed
            )
        except Refused as refused:
            return provider_pb2.CheckResponse(
                failures=[provider_pb2.CheckFailure(reason=str(refused))]
            )
        return provider_pb2.CheckResponse(inputs=wire.struct(inputs))

    @_answering
    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """What changed, and whether it can change in place.

        The engine puts the old values of ignored properties into the new inputs beforehand.
        """
        change = self._of(context).diff(
            request.type,
            wire.plain(request.old_inputs),
            wire.plain(request.news),
            wire.plain(request.olds),
        )
        some = provider_pb2.DiffResponse.DIFF_SOME
        none = provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if change.properties else none,
            diffs=change.properties,
            replaces=change.replaces,
            deleteBeforeReplace=change.delete_first,
            detailedDiff=_detailed(change),
            hasDetailedDiff=True,
        )

    @_answering
    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource; in a preview its outputs are its inputs and the rest stays unknown."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        id_, state = self._of(context).create(
            request.type, request.name, wire.plain(request.properties)
        )
        return provider_pb2.CreateResponse(id=id_, properties=wire.struct(state))

    @_answering
    def Read(  # noqa: N802
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The state of a resource, empty where it is gone; for an import, its inputs as well."""
        known = wire.plain(request.inputs) or wire.plain(request.properties)
        if not known:
            inputs, there = self._of(context).adopt(request.type, request.name, request.id)
            return provider_pb2.ReadResponse(
                id=request.id, properties=wire.struct(there), inputs=wire.struct(inputs)
            )
        state = self._of(context).read(request.type, request.name, request.id, known)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id, properties=wire.struct(state), inputs=request.inputs
        )

    @_answering
    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Change a resource in place."""
        olds, news = wire.plain(request.old_inputs), wire.plain(request.news)
        if request.preview:
            known = self._of(context).foreseen(request.type, olds, news, wire.plain(request.olds))
            return provider_pb2.UpdateResponse(properties=wire.struct(known))
        state = self._of(context).update(
            request.type, request.name, request.id, olds, news, wire.plain(request.olds)
        )
        return provider_pb2.UpdateResponse(properties=wire.struct(state))

    @_answering
    def Delete(  # noqa: N802
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete a resource."""
        state = wire.plain(request.properties)
        self._of(context).delete(request.type, request.name, request.id, state)
        return empty_pb2.Empty()

    @_answering
    def Invoke(  # noqa: N802
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Answer a function of the provider."""
        response = provider_pb2.InvokeResponse()
        result = self._of(context).invoke(request.tok, wire.plain(request.args))
        getattr(response, "return").update(result)
        return response

    def Cancel(  # noqa: N802
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Every call on a loopback cloud is short: let those under way finish."""
        return empty_pb2.Empty()

    def _of(self, context: grpc.ServicerContext) -> Manager:
        return self._configured.get(context.peer(), self._default)


class ProviderServer:
    """Serves a `Provider` on a free loopback port for as long as the `with` block."""

    def __init__(self, package: Package) -> None:
        self._name = package.name
        self._provider = Provider(package)
        self._server: grpc.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._server = grpc.server(
            ThreadPoolExecutor(WORKERS, thread_name_prefix=f"{self._name}-provider"),
            options=[
                ("grpc.max_receive_message_length", UNLIMITED),
                ("grpc.max_send_message_length", UNLIMITED),
            ],
        )
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self._provider, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.stop(grace=None).wait()

    @property
    def attachment(self) -> str:
        """This provider's part of `PULUMI_DEBUG_PROVIDERS`, a list with commas."""
        return f"{self._name}:{self.port}"


def _detailed(change: Change) -> dict[str, provider_pb2.PropertyDiff]:
    kinds = provider_pb2.PropertyDiff
    table = [
        (change.added, kinds.ADD, kinds.ADD_REPLACE),
        (change.removed, kinds.DELETE, kinds.DELETE_REPLACE),
        (change.updated, kinds.UPDATE, kinds.UPDATE_REPLACE),
    ]
    return {
        key: kinds(kind=replace if key in change.replaces else in_place, inputDiff=True)
        for keys, in_place, replace in table
        for key in keys
    }
