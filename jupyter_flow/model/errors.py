"""Every error that jupyter_flow raises on purpose.

FlowError
├── BuildError (also a TypeError)      a workflow that cannot be built; raised by ``dispatch`` itself
├── DispatchError                      a dispatch that cannot be found or acted on
│   ├── UnknownDispatch (LookupError)
│   ├── SessionClosed                  it was asked of a session that has been closed
│   └── SecretNeeded                   it was given secrets, which are written nowhere
├── ElectronError                      an electron that did not complete
│   ├── WorkerLost                     its worker died, or none could be had
│   │   └── OutOfMemory                it used more than its ``memory``
│   ├── ElectronTimeout
│   ├── ElectronCancelled
│   └── ResultUnserializable           its output cannot be stored
└── StoreError                         the records on disk
    ├── StoreCorruption                what is there is not what was written
    ├── StoreFull                      no space left
    └── StoreUntrusted                 not written, or not only, by this user
"""


class FlowError(Exception):
    """The base of all of them."""


class BuildError(FlowError, TypeError):
    """A workflow cannot be built as written; nothing has run."""


class DispatchError(FlowError):
    """A dispatch cannot do what was asked of it."""


class UnknownDispatch(DispatchError, LookupError):
    """No dispatch has this id."""


class SessionClosed(DispatchError):
    """The session that was asked has been closed."""

    def __init__(self) -> None:
        super().__init__("this session is closed; jupyter_flow.session() opens a new one")


class SecretNeeded(DispatchError):
    """Something was made with secrets that this process does not know. names: what they were called."""

    def __init__(self, names: list[str], told: str = "") -> None:
        self.names = list(dict.fromkeys(names))
        what = ", ".join(map(repr, self.names))
        super().__init__(told or f"it holds a secret ({what}), which is written nowhere and not known here")
        self._told = told

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.names, self._told)


class ElectronError(FlowError):
    """An electron did not complete, for a reason of its surroundings rather than its own exception."""


class WorkerLost(ElectronError):
    """The worker died while the electron ran, or no worker could be had for it; the message says which."""


class OutOfMemory(WorkerLost, MemoryError):
    """The electron used more than its ``memory``, and its worker was ended."""


class ElectronTimeout(ElectronError, TimeoutError):
    """The electron ran longer than its ``timeout``."""


class ElectronCancelled(ElectronError):
    """The electron was cancelled, or the dispatch it belongs to."""


class ResultUnserializable(ElectronError):
    """The electron's output cannot be pickled."""


class StoreError(FlowError):
    """The store cannot be read or written."""


class StoreCorruption(StoreError):
    """What is on disk is not what was stored."""


class StoreFull(StoreError, OSError):
    """There is no space left for a value."""


class StoreUntrusted(StoreError, PermissionError):
    """The store, or something in it, was not written by this user; it is not loaded."""
