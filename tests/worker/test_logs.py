import os
import subprocess
import sys
import textwrap
from pathlib import Path

from jupyter_flow.worker.failures import failure_of
from jupyter_flow.worker.payload import LONGEST_INLINE, Payload

BEGIN = """
import os, sys
from jupyter_flow.worker import logs
logs.LONGEST = 1000
mine = logs.Logs(sys.argv[1])
told = []
def tell(thing):
    told.append(thing)
"""


def told_by(tmp_path: Path, body: str) -> list[str]:
    """What a process with logs of its own tells, line by line."""
    script = BEGIN + textwrap.dedent(body) + "\nopen(sys.argv[1] + '.told', 'w').write('\\n'.join(map(repr, told)))"
    prefix = str(tmp_path / "worker")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    subprocess.run([sys.executable, "-c", script, prefix], check=True, env=environment)
    return Path(prefix + ".told").read_text().splitlines()


def test_each_electrons_output_is_its_own(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        """
        for n in range(3):
            position = mine.position()
            print("out", n)
            sys.stderr.write(f"err {n}")
            os.system(f"echo shell {n}")
            tell(mine.since(position))
        """,
    )
    assert told == [repr((b"out %d\nshell %d\n" % (n, n), b"err %d" % n)) for n in range(3)]


def test_what_c_code_prints_is_there_line_by_line_and_all_of_it_at_the_end(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        """
        import ctypes
        libc = ctypes.CDLL(None)
        for n in range(2):
            position = mine.position()
            libc.printf(b"one\\nan")
            tell(logs.printed(sys.argv[1], "out", position[0]))
            libc.printf(b"other")
            tell(mine.since(position)[0])
        """,
    )
    assert told == [repr(b"one\n"), repr(b"one\nanother")] * 2


def test_streams_that_were_replaced_closed_or_removed_are_put_back(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        """
        import io
        for spoil in (None, io.StringIO(), object()):
            position = mine.position()
            print("before")
            sys.stdout = spoil
            tell(mine.since(position)[0])
        sys.stdout.close()
        mine.since(mine.position())
        position = mine.position()
        print("after")
        tell(mine.since(position)[0])
        """,
    )
    assert told == [repr(b"before\n")] * 3 + [repr(b"after\n")]


def test_descriptors_that_were_closed_or_taken_are_put_back_and_the_users_file_is_left_alone(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        """
        own = sys.argv[1] + ".own"
        for spoil in ("closed", "null", "own"):
            position = mine.position()
            print("before", flush=True)
            if spoil == "closed":
                os.close(1)
            else:
                file = os.open(os.devnull if spoil == "null" else own, os.O_RDWR | os.O_CREAT)
                os.write(file, b"x" * 2000)
                os.dup2(file, 1)
            tell(mine.since(position)[0])
            position = mine.position()
            os.system("echo after")
            tell(mine.since(position)[0])
        tell(os.path.getsize(own))
        """,
    )
    before, after = repr(b"before\n"), repr(b"after\n")
    assert told == [*[before, after] * 3, "2000"]


def test_a_long_log_starts_anew_between_two_electrons(tmp_path: Path) -> None:
    told = told_by(
        tmp_path,
        """
        for n in range(4):
            position = mine.position()
            print("x" * 700)
            tell((position[0], len(mine.since(position)[0])))
        """,
    )
    assert told == ["(0, 701)", "(701, 701)", "(0, 701)", "(701, 701)"]


def test_output_that_cannot_be_stored_keeps_its_end() -> None:
    class Full:
        def write(self, *_: object) -> None:
            raise OSError("no space left on device")

    text = b"a" * LONGEST_INLINE + b"the end"
    kept = Payload(Full()).text(text)  # type: ignore[arg-type]
    assert kept == text[-LONGEST_INLINE:]
    assert Payload(Full()).text(b"") is None  # type: ignore[arg-type]
    assert failure_of(OSError("no space left on device")).kind == "raised"


def test_secrets_are_not_written_and_what_a_subprocess_wrote_of_them_is_overwritten(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys\n"
        "from jupyter_flow.model.vault import VAULT\nfrom jupyter_flow.worker.logs import Logs\n"
        "logs = Logs(sys.argv[1])\nVAULT.keep('swordfish', 'password')\n"
        "at = logs.position()\nprint('it is swordfish')\nsys.stderr.write('swordfish!')\nsys.stdout.flush()\n"
        "file = pathlib.Path(sys.argv[1] + '.out')\nassert b'swordfish' not in file.read_bytes()\n"
        "os.system('echo swordfish again')\nassert b'swordfish' in file.read_bytes()\n"
        "logs.blot(at, *logs.since(at))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "log")], check=True, env=environment)
    assert (tmp_path / "log.out").read_bytes() == b"it is ***\n********* again\n"
    assert (tmp_path / "log.err").read_bytes() == b"***!"


FULL = """
import errno, resource
from jupyter_flow.model.errors import StoreFull
def limited(to):
    resource.setrlimit(resource.RLIMIT_FSIZE, (to, resource.RLIM_INFINITY))
"""


def test_what_there_is_no_space_for_is_an_error_that_says_so_and_never_comes_out_of_the_next_electron(
    tmp_path: Path,
) -> None:
    told = told_by(
        tmp_path,
        FULL
        + textwrap.dedent(
            """
            limited(100)
            position = mine.position()
            try:
                print("x" * 200)
            except StoreFull as error:
                tell(str(error))
            tell(mine.since(position)[0])
            tell(mine.lost())
            position = mine.position()
            sys.stderr.write("y" * 200)  # no line: it is written at the end
            tell(len(mine.since(position)[1]))
            tell(mine.lost().startswith(b"jupyter_flow: some of what it printed is lost: No space left"))
            limited(10_000)
            position = mine.position()
            print("mine")
            tell(mine.since(position))
            tell(mine.lost())
            """
        ),
    )
    full = f"No space left for what it prints, in {tmp_path}: File too large. Free some, and run it again."
    lost = f"jupyter_flow: some of what it printed is lost: {full}\n"
    assert told == [*map(repr, (full, b"x" * 100, lost.encode(), 100, True, (b"mine\n", b""), b""))]
