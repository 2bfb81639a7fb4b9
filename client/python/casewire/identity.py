"""Who speaks, to which daemons of which network."""

from __future__ import annotations

import os
import weakref
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Optional, TypeVar, Union

from ._layout import ContextOptions, Fault, Id, IdentityOptions, Slice, sized
from ._library import lib
from .errors import Code, check, error

if TYPE_CHECKING:
    from .client import Client
    from .outbox import Outbox
    from .trust import Trust

H = TypeVar("H", bound="Handle")
PathLike = Union[str, "os.PathLike[str]"]


class Handle:
    """Something of the C library that is closed once, at the latest when nothing refers to it any more."""

    def __init__(self, address: Optional[int], close: Optional[str], what: str, *kept: object) -> None:
        """close: the C function that closes it; None: its owner, one of `kept`, does."""
        self._what, self._kept = what, kept
        self._address = address
        self._finalizer = weakref.finalize(self, getattr(lib, close), c_void_p(address)) if address and close else None

    @property
    def address(self) -> int:
        if self._address is None:
            raise error(f"{self._what} was used", Code.USAGE_ORDER, why="it was closed")
        return self._address

    @property
    def closed(self) -> bool:
        return self._address is None

    def close(self) -> None:
        """A second time is allowed."""
        self._address = None
        if self._finalizer is not None:
            self._finalizer()

    def __enter__(self: H) -> H:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Identity(Handle):
    """The keys and the certificate of one person, regional unit or daemon. `with` closes it and wipes the keys."""

    def __init__(self, address: int, owned: bool = True, *kept: object) -> None:
        super().__init__(address, "cw_identity_close" if owned else None, "the identity", *kept)

    @classmethod
    def from_files(cls, key_file: PathLike, certificate: PathLike, passphrase: str = "") -> Identity:
        """Blocks up to a second with a passphrase, which is stretched on purpose."""
        parts = [Slice.of(_file(key_file)), Slice.of(passphrase.encode()), Slice.of(_file(certificate))]
        options, made, fault = sized(IdentityOptions), c_void_p(), Fault()
        options.key_file, options.passphrase, options.certificate = parts
        check("the identity was not opened", lib.cw_identity_open(byref(options), byref(made), byref(fault)), fault)
        return cls(made.value or 0)

    @classmethod
    def from_agent(cls, certificate: PathLike, run_dir: Optional[PathLike] = None) -> Identity:
        """Whoever is logged in on this machine with this certificate (`casewire login`): the agent signs."""
        made, fault = c_void_p(), Fault()
        folder = os.fsencode(run_dir) if run_dir is not None else None
        check("nobody's agent was found",
              lib.cw_identity_from_agent(folder, Slice.of(_file(certificate)), byref(made), byref(fault)), fault)
        return cls(made.value or 0)

    @property
    def id(self) -> bytes:
        """The hash that names the certificate."""
        out = Id()
        lib.cw_identity_id(self.address, out)
        return bytes(out)

    @property
    def network(self) -> bytes:
        out = Id()
        lib.cw_identity_network(self.address, out)
        return bytes(out)


def _file(path: PathLike) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class Context(Handle):
    """
    The folder that says who speaks, and to which daemons: `casewire authority issue` and `casewire lab start` write it.

    folder      None: $CASEWIRE_HOME, else ~/.config/casewire
    passphrase  of the key file. None: whoever is logged in on this machine (`casewire login`) is asked to sign, and
                without a login the key file must be one that needs none
    """

    def __init__(self, folder: Optional[PathLike] = None, passphrase: Optional[str] = None) -> None:
        secret = Slice.of((passphrase or "").encode())
        options, made, fault = sized(ContextOptions), c_void_p(), Fault()
        options.folder = os.fsencode(folder) if folder is not None else None
        options.passphrase = secret
        check("the context was not opened", lib.cw_context_open(byref(options), byref(made), byref(fault)), fault)
        super().__init__(made.value, "cw_context_close", "the context")
        self._clients: weakref.WeakSet[Client] = weakref.WeakSet()

    def client(self) -> Client:
        """A handle on the folder's daemons. Nothing is sent before the first request."""
        from .client import Client

        made, fault = c_void_p(), Fault()
        check("no handle was opened", lib.cw_context_client(self.address, byref(made), byref(fault)), fault)
        client = Client(made.value or 0, self.identity, self)
        self._clients.add(client)
        return client

    def trust(self) -> Trust:
        """What receipts are checked against: the certificates of the network, none of them fetched yet."""
        from .trust import Trust

        return Trust(self.genesis)

    def outbox(self, path: PathLike) -> Outbox:
        """A file of this person's submissions that wait until the network has them."""
        from .outbox import Outbox

        return Outbox(path, self.identity, self.trust())

    @property
    def identity(self) -> Identity:
        return Identity(lib.cw_context_identity(self.address), False, self)

    @property
    def genesis(self) -> bytes:
        made: Slice = lib.cw_context_genesis(self.address)
        return made.bytes()

    @property
    def folder(self) -> str:
        return os.fsdecode(lib.cw_context_folder(self.address))

    @property
    def admin_socket(self) -> Optional[str]:
        path: Optional[bytes] = lib.cw_context_admin_socket(self.address)
        return None if path is None else os.fsdecode(path)

    @property
    def synthetic(self) -> bool:
        """Whether cases opened from here are invented."""
        return bool(lib.cw_context_is_synthetic(self.address))

    def close(self) -> None:
        """Closes the handles that were made from it, too."""
        for client in list(getattr(self, "_clients", ())):
            client.close()
        super().close()
