"""Writing to a channel that never blocks, and emptying it, without letting go of the GIL.

`os.write` lets go of it, and while a cell works in pure Python gets it back five milliseconds later: as long as a
worker takes for hundreds of small electrons.
"""

import ctypes
import errno
import os

TAKEN = 4096  # bytes at once

_library = ctypes.PyDLL(None, use_errno=True)
_read, _write = _library.read, _library.write
_read.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_read.restype = ctypes.c_ssize_t
_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_write.restype = ctypes.c_ssize_t


def write(descriptor: int, data: bytes) -> int:
    """What `os.write` does, for a descriptor that does not block. Raises OSError."""
    while (written := int(_write(descriptor, data, len(data)))) < 0:
        error = ctypes.get_errno()
        if error != errno.EINTR:
            raise OSError(error, os.strerror(error))
    return written


def drain(descriptor: int) -> None:
    """Take in what lies there, of a descriptor that does not block, and forget it."""
    taken = ctypes.create_string_buffer(TAKEN)
    while _read(descriptor, taken, TAKEN) == TAKEN:
        continue
