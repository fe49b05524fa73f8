"""Who can reach a session from outside: nobody."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.store.samples import python

SESSION = """
import json, os, sys
import jupyter_flow as jf
from jupyter_flow.widgets.source import source_of
from jupyter_flow.widgets.values import preview
from jupyter_flow.widgets.widget import FlowGraph

def work_on(kind):
    @jf.electron(executor=kind)
    def double(n):
        return list(range(n))
    @jf.electron(executor=kind)
    @jf.lattice
    def inside(n):
        return double(n)
    @jf.lattice
    def work(n):
        return double(n), inside(n)
    return work

for kind in ("local", "thread", "inline"):
    id = jf.dispatch(work_on(kind))(20_000)
    id.result()
widget = FlowGraph(source_of(id))
widget._channel.hear({"kind": "open", "view": "v"})
looked = preview(source_of(id), {"view": "v", "node": 0, "input": "", "number": 1})
assert looked["type"] == "list", looked
print(json.dumps(str(jf.session().store.root)), flush=True)
sys.stdin.readline()
"""


class Session:
    """A process that has used every executor, a widget and a preview."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {"JUPYTER_FLOW_STORE": "store", "JUPYTER_CONFIG_DIR": "config", "TMPDIR": "tmp", "HOME": "home"}
        for name in names.values():
            (folder / name).mkdir(mode=0o755)
        (folder / "store").rmdir()
        (folder / "config").chmod(0o755)
        self.process = python(SESSION, **{name: str(folder / value) for name, value in names.items()})
        assert self.process.stdout is not None
        self.root = Path(json.loads(self.process.stdout.readline()))
        me = psutil.Process(self.process.pid)
        self.tree = [me, *me.children(recursive=True)]

    def connections(self, kind: str) -> list[Any]:
        return [(one, c) for one in self.tree for c in one.net_connections(kind)]

    def close(self) -> None:
        self.process.communicate("\n", timeout=60)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    old = os.umask(0)  # the loosest there is: what is private is so by itself
    try:
        made = Session(tmp_path_factory.mktemp("session"))
    finally:
        os.umask(old)
    yield made
    made.close()


def test_there_are_workers_and_a_preview_to_look_at(session: Session) -> None:
    assert len(session.tree) >= 4, [one.cmdline() for one in session.tree]


def test_no_process_of_a_session_has_an_internet_socket(session: Session) -> None:
    assert session.connections("inet") == []


def sockets_of(session: Session) -> list[tuple[str, bool]]:
    """The unix sockets of all its processes: their names, and whether they listen. Only Linux tells."""
    if not Path("/proc/net/unix").exists():
        return []
    inodes = set()
    for process in session.tree:
        for link in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                target = os.readlink(link)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return [(row[7] if len(row) > 7 else "", bool(int(row[3], 16) & 0x10000)) for row in rows if row[6] in inodes]


def reachable(path: Path) -> bool:
    """Whether another user may connect to a socket, or write to a file, by the permissions on the way to it."""
    for step in (path, *path.parents):
        mode = step.stat().st_mode
        wanted = stat.S_IWOTH if step == path else stat.S_IXOTH
        if not mode & wanted:
            return False
    return True


def test_sockets_that_listen_have_a_name_that_only_their_user_can_reach(session: Session) -> None:
    listening = [name for name, listens in sockets_of(session) if listens]
    assert listening or sys.platform != "linux", "the process that starts workers has one"
    for name in listening:
        assert name.startswith("/"), f"{name!r} is a name without a file: any user can connect to it"
        assert not reachable(Path(name)), name


def test_every_file_of_a_session_is_its_users_alone(session: Session) -> None:
    for folder in ("store", "config/jupyter_flow"):
        for path in [session.folder / folder, *(session.folder / folder).rglob("*")]:
            assert not path.lstat().st_mode & 0o077, f"{path}: {path.lstat().st_mode:o}"


ATTACK = """
import json, os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
root, sockets, ports = json.loads(sys.argv[1])
got = []
for path in sockets:
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(path)
        got.append(path)
    except OSError:
        pass
for folder in root:
    for where, folders, files in os.walk(folder):
        for name in files + folders:
            for mode in (os.R_OK, os.W_OK):
                if os.access(os.path.join(where, name), mode, effective_ids=True):
                    got.append(os.path.join(where, name))
print(json.dumps(got))
"""


def test_another_user_reaches_nothing_of_it(session: Session) -> None:
    if os.geteuid() != 0:  # only root can become somebody else; the permissions are looked at above
        return
    named = ["\0" + n[1:] if n.startswith("@") else n for n, _ in sockets_of(session) if n]
    # up to its own folders others may go, so that it is these that are tried
    for step in (session.folder, *session.folder.parents):
        if step.stat().st_uid == os.geteuid() and str(step).startswith("/tmp/"):
            step.chmod(step.stat().st_mode | 0o011)
    folders = [str(session.root), str(session.folder / "config" / "jupyter_flow")]
    told = subprocess.run(
        [sys.executable, "-S", "-c", ATTACK, json.dumps([folders, named, []])],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == []


def test_a_kernel_of_ours_is_not_reached_without_its_key() -> None:
    """The way to a kernel is Jupyter's, whose messages carry a tag; ours come that way and no other."""
    import jupyter_flow.widgets.widget as widget

    source = Path(widget.__file__).parent.parent
    opening = [
        path.relative_to(source)
        for path in source.rglob("*.py")
        if any(
            word in path.read_text()
            for word in ("socket.socket(", "import socketserver", "http.server", ".bind((", "Listener((")
        )
    ]
    assert opening == []
    assert socket.AF_INET
