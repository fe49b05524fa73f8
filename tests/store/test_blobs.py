import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3

from jupyter_flow.model.errors import StoreCorruption, StoreError
from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.pickles import Buffers, dumps, loads
from jupyter_flow.store import Blobs, Store
from jupyter_flow.store import blobs as blobs_module
from tests.store.samples import output, run

BIG = 3 << 20  # bytes; enough to be mapped


@pytest.fixture(params=["process", "full"])
def blobs(root: Path, request: pytest.FixtureRequest) -> Blobs:
    return Blobs(root, request.param)


def put(blobs: Blobs, value: object) -> BlobRef:
    buffers: Buffers = []
    return blobs.write(dumps(value, buffers), buffers)


def get(blobs: Blobs, ref: BlobRef) -> object:
    meta, buffers = blobs.read(ref)
    return loads(meta, buffers)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(10),
        np.arange(BIG // 8),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.zeros((0, 3)),
        np.array(5.0),
    ],
    ids=["small", "large", "fortran", "empty", "scalar"],
)
def test_an_array_comes_back_equal_and_writable(blobs: Blobs, array: np.ndarray) -> None:
    found = get(blobs, put(blobs, [array, "text"]))
    assert isinstance(found, list)
    np.testing.assert_array_equal(found[0], array)
    assert found[0].flags.writeable
    assert found[1] == "text"


def test_large_buffers_are_aligned_to_64_bytes(blobs: Blobs) -> None:
    arrays = [np.ones(BIG + 1, np.uint8), np.ones(7, np.uint8), np.ones(5)]
    found = get(blobs, put(blobs, arrays))
    assert isinstance(found, list)
    assert [array.ctypes.data % 64 for array in found] == [0, 0, 0]


@pytest.mark.parametrize("size", [100, BIG])
def test_writing_to_what_was_read_stays_private(blobs: Blobs, size: int) -> None:
    ref = put(blobs, np.zeros(size, np.uint8))
    before = blobs.path(ref).read_bytes()
    array = get(blobs, ref)
    assert isinstance(array, np.ndarray)
    array[:] = 1
    assert blobs.path(ref).read_bytes() == before
    assert not get(blobs, ref).any()  # type: ignore[attr-defined]


def test_more_large_blobs_can_be_held_than_a_process_may_open_files(root: Path) -> None:
    code = """if True:
        import os, resource, sys
        from pathlib import Path
        from jupyter_flow.store import Blobs, Store
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))
        blobs = Blobs(Path(sys.argv[1]))
        ref = blobs.write(b"", [bytes(1 << 20)])
        held = [blobs.read(ref) for _ in range(450)]
        print(len(held))
        os.close(os.open(os.devnull, os.O_RDONLY))
    """
    assert output(code, root) == "450\n"


def test_equal_values_are_one_file(blobs: Blobs, root: Path) -> None:
    assert put(blobs, b"x" * 100) == put(blobs, b"x" * 100)
    assert len(files(root / "blobs")) == 1


def test_files_fan_out_by_the_beginning_of_their_names(blobs: Blobs, root: Path) -> None:
    ref = put(blobs, 1)
    assert blobs.path(ref) == root / "blobs" / ref.digest.hex()[:2] / ref.digest.hex()
    assert blobs.path(ref).stat().st_size == ref.size


def test_text_is_a_blob_of_one_part(blobs: Blobs) -> None:
    meta, buffers = blobs.read(blobs.write(b"what was printed"))
    assert bytes(meta) == b"what was printed"
    assert buffers == []


@pytest.mark.parametrize("size", [100, BIG])
@pytest.mark.parametrize("read_before", [False, True])
def test_a_flipped_byte_is_told_and_the_blob_put_into_quarantine(
    blobs: Blobs, root: Path, size: int, read_before: bool
) -> None:
    sibling, ref = put(blobs, "sibling"), put(blobs, np.zeros(size))
    if read_before:
        blobs.read(ref)
    with blobs.path(ref).open("r+b") as file:
        file.seek(-3, 2)
        file.write(b"\x01")
    with pytest.raises(StoreCorruption, match=rf"{ref.digest.hex()} expected, .* found.*quarantine"):
        blobs.read(ref)
    assert [path.parent.name for path in files(root) if path.name.startswith(ref.digest.hex())] == ["quarantine"]
    assert get(blobs, sibling) == "sibling"


def test_a_value_computed_again_heals_its_damaged_blob(blobs: Blobs) -> None:
    ref = put(blobs, "value")
    blobs.path(ref).write_bytes(b"?" * ref.size)
    assert put(blobs, "value") == ref
    assert get(blobs, ref) == "value"


def test_one_that_is_healed_while_its_damage_is_found_is_not_put_into_quarantine(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ref = blobs_module._contents, put(blobs, "value")
    blobs.path(ref).write_bytes(b"?" * ref.size)

    def contents(fd: int, size: int) -> memoryview:
        data = real(fd, size)
        put(blobs, "value")
        return data

    with monkeypatch.context() as patch:
        patch.setattr(blobs_module, "_contents", contents)
        with pytest.raises(StoreCorruption):
            blobs.read(ref)
    assert get(blobs, ref) == "value"


def test_a_truncated_blob_tells_expected_and_found(blobs: Blobs) -> None:
    ref = put(blobs, np.zeros(BIG, np.uint8))
    with blobs.path(ref).open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(StoreCorruption, match=f"{ref.size} bytes expected, 1000 found"):
        blobs.read(ref)


def test_a_missing_blob_is_named(blobs: Blobs) -> None:
    ref = put(blobs, 1)
    blobs.path(ref).unlink()
    with pytest.raises(StoreCorruption, match=ref.digest.hex()):
        blobs.read(ref)


def test_a_link_in_place_of_a_blob_is_not_followed(blobs: Blobs, tmp_path: Path) -> None:
    ref = put(blobs, 1)
    blobs.path(ref).rename(tmp_path / "elsewhere")
    blobs.path(ref).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=ref.digest.hex()):
        blobs.read(ref)


def test_a_pipe_in_place_of_a_blob_holds_nobody_up(blobs: Blobs) -> None:
    ref = put(blobs, b"x" * 100)
    blobs.path(ref).unlink()
    os.mkfifo(blobs.path(ref))
    with pytest.raises(StoreCorruption, match="expected"):
        get(blobs, ref)


def test_a_value_that_does_not_fit_on_the_disk_is_told_and_leaves_nothing_behind(root: Path) -> None:
    code = """if True:
        import resource, sys
        from pathlib import Path
        from jupyter_flow.model.errors import StoreFull
        from jupyter_flow.store import Blobs, Store
        blobs = Blobs(Path(sys.argv[1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, -1))
        try:
            blobs.write(b"", [bytes(2 << 20)])
        except StoreFull as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        blobs.read(blobs.write(b"", [bytes(2 << 20)]))
    """
    assert str(root) in output(code, root)
    assert len(files(root / "blobs")) == 1


def test_writers_of_one_value_do_not_disturb_each_other_or_readers(root: Path) -> None:
    blobs = Blobs(root)
    value = pickle.dumps(bytes(BIG))

    def once(_: int) -> bool:
        return bytes(blobs.read(blobs.write(value))[0]) == value

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(once, range(32)))
    assert len(files(root / "blobs")) == 1


def test_what_dead_writers_left_is_swept_and_what_living_ones_write_is_not(store: Store) -> None:
    temporary = store.root / "tmp"
    store.blobs.write(b"")
    for name, age in (("old", 2 * 86400), ("new", 60)):
        (temporary / name).touch()
        then = time.time() - age
        os.utime(temporary / name, (then, then))
    store.begin(run("a"))
    assert [path.name for path in temporary.iterdir()] == ["new"]


def test_a_file_that_may_still_change_under_its_time_stamp_is_verified_at_every_reading(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, hashed = Blobs(root, "process"), list[int]()
    ref = put(blobs, b"x" * 100_000)
    monkeypatch.setattr(blobs_module, "blake3", lambda data: hashed.append(1) or blake3(data))
    for age, times in ((10**12, 3), (0, 1)):  # ns; however slow this machine is, the file is fresh, and then it is not
        monkeypatch.setattr(blobs_module, "RACY", age)
        hashed.clear()
        for _ in range(3):
            get(blobs, ref)
        assert len(hashed) == times
