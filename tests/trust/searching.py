"""Looking for a text in every file under some folders, in whatever form a program may have written it."""

import base64
import codecs
import pickle
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote


def forms(text: str) -> dict[str, bytes]:
    """A text as it may stand in a file."""
    plain = text.encode()
    found = {
        "utf-8": plain,
        "utf-16": text.encode("utf-16-le"),
        "hex": plain.hex().encode(),
        "url": quote(text).encode(),
    }
    for shift in range(3):  # as a part of something longer: what stands before it shifts the groups of three
        whole = base64.b64encode(b"\0" * shift + plain)
        found[f"base64+{shift}"] = whole[-(-shift * 4 // 3) + (shift > 0) : len(whole) - 4].rstrip(b"=")
    found["rot13"] = codecs.encode(text, "rot13").encode()
    found["backwards"] = plain[::-1]
    return found


began = 0.0  # when the running test began: what is older has nothing of its secrets, and a store of all tests is large


def contents(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file under the folders that this test may have written, and what is compressed or encoded in it."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and (_mapped(path) or path.stat().st_mtime >= began):
                data = _read(path)
                yield path, data
                yield from ((path, inflated) for inflated in _inflated(data))


def _mapped(path: Path) -> bool:
    """Whether it is written through memory, of which its time need not know yet."""
    return "journals" in path.parts or "sqlite3" in path.name


def _read(path: Path) -> bytes:
    """What a file has, read by another process if it is an index: to close one here takes our own locks away."""
    if "index.sqlite3" not in path.name:
        return path.read_bytes()
    return subprocess.run(["cat", str(path)], stdout=subprocess.PIPE, check=True).stdout


def _inflated(data: bytes) -> Iterator[bytes]:
    for magic in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08"):
        at = data.find(magic)
        while at >= 0:
            try:
                yield zlib.decompressobj(47 if magic[0] == 0x1F else 15).decompress(data[at:], 1 << 20)
            except zlib.error:
                pass
            at = data.find(magic, at + 1)


def leaks(secrets: dict[str, str], *folders: Path) -> set[str]:
    """Which secrets are found, where and how."""
    wanted = [(name, form, needle) for name, text in secrets.items() for form, needle in forms(text).items()]
    return {
        f"{name} as {form} in {path}" for path, data in contents(*folders) for name, form, needle in wanted
        if needle in data
    }  # fmt: skip


def test_forms_are_found(tmp_path: Path) -> None:
    """(self-test) A text that is hidden in the known ways is found."""
    text = "correct-horse-7"
    for shift in range(3):
        (tmp_path / f"b{shift}").write_bytes(base64.b64encode(b"x" * shift + text.encode() + b"yz"))
    (tmp_path / "z").write_bytes(b"head" + zlib.compress(pickle.dumps({"it": text})))
    (tmp_path / "u").write_text(text, "utf-16")
    found = leaks({"s": text}, tmp_path)
    assert {line.rsplit("/", 1)[1] for line in found} == {"b0", "b1", "b2", "z", "u"}
