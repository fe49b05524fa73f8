"""A whole notebook with secrets wherever they can be: afterwards they are in no file."""

import os
import secrets
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.trust.searching import forms, leaks

NAMES = [
    *(
        "ARGUMENT",
        "BOXED",
        "NESTED",
        "GLOBAL",
        "BOXEDGLOBAL",
        "CLOSURE",
        "DEFAULT",
        "PARTIAL",
        "ADDRESS",
        "INDICT",
        "HOOK",
    ),
    *(
        "RAISED",
        "RETURNED",
        "SUB",
        "MAPPED",
        "CELLVAR",
        "CELLBOX",
        "CELLPRINTED",
        "CACHED",
        "TIMED",
        "KILLED",
        "LATE",
        "HOOK",
    ),
    *("OBJECT", "CLASSY", "METHOD", "LONG", "DISPLAYED", "EXECUTOR", "UNUSED"),
]

BEGIN = """
import functools, os, signal, sys, time
import jupyter_flow as jf
%load_ext jupyter_flow
"""
LATTICES = """
GLOBAL_PASSWORD = os.environ["GLOBAL"]
box = jf.Secret(os.environ["BOXEDGLOBAL"])
class Config:
    api_token = os.environ["CLASSY"]
class Account:
    def __init__(self): self.password = os.environ["OBJECT"]
account = Account()

def closed(secret_key):
    def inner(x): return len(secret_key) + x
    return inner

def parted(x, password=None): return len(password)

def addressed(name): return jf.executor.LocalExecutor(1, log_stdout=f"https://me:{os.environ[name]}@host/log")

for kind in ("local", "thread"):
    electron = functools.partial(jf.electron, executor=kind)

    @electron
    def login(user, password, extra=None, default_token=os.environ["DEFAULT"]):
        print("as", user, password)
        print("as", password, file=sys.stderr)
        return len(password) + len(GLOBAL_PASSWORD) + len(box.value) + len(default_token) + len(Config.api_token) + len(account.password)

    @electron
    def takes(thing): return type(thing).__name__

    @electron
    def returns(password): return {"it": password, "more": [f"Bearer {password}"]}

    @electron
    def uses(what): return what["it"]

    @electron(retries=1)
    def fails(password):
        print(f"trying {password}")
        raise ValueError(f"no {password!r} here", password)

    @electron(timeout=0.5)
    def slow(password):
        print("waiting with", password, flush=True)
        time.sleep(30 if kind == "local" else 1)

    @electron
    def shows(password):
        from jupyter_flow.worker.displays import display
        display({"text/plain": f"shown {password}", "text/html": f"<b>{password}</b>"}, raw=True)

    @electron
    def dies(password):
        print("dying with", password, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    @electron(cache=True)
    def cached(api_key): return len(api_key)

    @electron
    @jf.lattice
    def inside(token): return login("sub", token)

    hooked = electron(takes.function, call_before=[jf.DepsCall(parted, kwargs={"x": 1, "password": os.environ["HOOK"]})])
    closing = electron(closed(os.environ["CLOSURE"]))
    sent = jf.electron(takes.function, executor=addressed("EXECUTOR"))
    partial = electron(functools.partial(parted, password=os.environ["PARTIAL"]))

    @jf.lattice
    def all(user, password):
        found = [login(user, password, {"token": os.environ["INDICT"], "box": [jf.Secret(os.environ["NESTED"])]})]
        found += [takes(jf.Secret(os.environ["BOXED"])), takes(f"https://me:{os.environ['ADDRESS']}@host/x"), hooked(1), closing(1)]
        found += [partial(1), uses(returns(jf.Secret(os.environ["RETURNED"]))), inside(os.environ["SUB"]), cached(os.environ["CACHED"])]
        found += [takes(os.environ["LATE"]), login("late", os.environ["LATE"]), shows(os.environ["DISPLAYED"]), login("long", os.environ["LONG"] * 3000)]
        found += [sent(1), login.map(["a"], [jf.Secret(os.environ["MAPPED"])])]
        return found

    @jf.lattice
    def broken(password): return [fails(password), slow(os.environ["TIMED"])] + ([dies(os.environ["KILLED"])] if kind == "local" else [])

    run = jf.dispatch(all)("bob", os.environ["ARGUMENT"])
    found = run.result()
    bad = jf.dispatch(broken)(os.environ["RAISED"])
    jf.get_result(bad, wait=True)
    print([node.status for node in jf.get_result(run).nodes], [str(node.status) for node in jf.get_result(bad).nodes])
    print(jf.get_result(run), jf.get_result(bad))
    again = jf.redispatch(run, reuse_previous_results=True)()
    again.result()
"""  # noqa: E501
CELLS = [
    'cell_password = os.environ["CELLVAR"]\ncell_box = jf.Secret(os.environ["CELLBOX"])',
    'said = "it is " + os.environ["CELLPRINTED"]\nregistered = jf.Secret(os.environ["CELLPRINTED"])',
    "%%electron cell -x local --show\nprint(said, registered.value)\nsize = len(cell_password) + len(cell_box.value)",
    "size",
    "%%electron failing -x local\nraise RuntimeError(cell_password + cell_box.value)",
    "%flow",
    "%executor",
    "unused = addressed('UNUSED')\nprint(unused, unused.describe(), [unused])\nunused",
    "jf.session().resources",
    "[node.executor for node in jf.get_result(run).nodes]",
    "%result",
    "jf.get_result(run).nodes[0].inputs",
    "%graph {run}".replace("{run}", "run"),
    "bad.result()",
    "%dispatch --wait login('magic', os.environ['METHOD'])",
    "%dispatch -o last login('magic', os.environ['METHOD'])",
    "%flow export exported.py",
    "from jupyter_flow.widgets.debugging import debugging\nprint(debugging(run, run.graph, 0))",
    "from jupyter_flow.widgets.source import source_of\nfrom jupyter_flow.widgets.arguments import arguments\n"
    "print([arguments(source_of(run), n) for n in range(len(run.graph))])",
    "from jupyter_flow.widgets.source import source_of\nfrom jupyter_flow.widgets.values import preview\n"
    "print([preview(source_of(run), {'view': 'v', 'node': n, 'input': i, 'number': 1}) for n in range(8)"
    " for i, _, _ in [*run.graph.inputs_of(n), ('', 0, 0)]])",
    "jf.session().close()",
]


@pytest.mark.slow
def test_no_file_has_a_secret_after_a_notebook_with_secrets_everywhere(tmp_path: Path) -> None:
    values = {name: f"{name.lower()}-{secrets.token_hex(8)}" for name in NAMES}
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in (BEGIN, LATTICES, *CELLS)]
    folders = {name: str(tmp_path / name) for name in ("home", "store", "config", "data", "runtime", "ipython", "tmp")}
    (tmp_path / "tmp").mkdir()
    environment = {
        **os.environ, "HOME": folders["home"], "JUPYTER_FLOW_STORE": folders["store"], "TMPDIR": folders["tmp"],
        "JUPYTER_CONFIG_DIR": folders["config"], "JUPYTER_DATA_DIR": folders["data"], "IPYTHONDIR": folders["ipython"],
        "JUPYTER_RUNTIME_DIR": folders["runtime"], "JUPYTER_FLOW_HEADLESS": "0",
        **values,
    }  # fmt: skip
    client = NotebookClient(book, timeout=100, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=environment)
    nbformat.write(book, tmp_path / "executed.ipynb")
    failed = [
        out.ename + ": " + out.evalue for cell in book.cells for out in cell.outputs if out.output_type == "error"
    ]
    assert [name.partition(":")[0] for name in failed] == ["ValueError"], failed
    assert "***" in (tmp_path / "executed.ipynb").read_text()
    assert (tmp_path / "store" / "index.sqlite3").exists()
    assert leaks(values, tmp_path) == set()


def test_a_text_is_found_in_all_its_forms() -> None:
    assert len(set(forms("it").values())) > 5
