"""Secrets of a dispatch of another kernel: asked for by name."""

import os
import sys
from pathlib import Path

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.errors import DispatchError, SecretNeeded
from jupyter_flow.model.vault import VAULT
from tests.notebook.conftest import Notebook, bare, notebook  # noqa: F401
from tests.trust.searching import leaks


@jf.electron(executor="thread")
def login(user: str, password: str, ran: str) -> str:
    with open(ran, "a") as file:
        file.write("x")
    return f"{user}:{len(password)}"


@jf.electron(executor="thread")
def after(session: str, ran: str) -> str:
    with open(ran, "a") as file:
        file.write("y")
    return session + "!"


@jf.lattice
def work(user: str, password: str, ran: str) -> str:
    return after(login(user, password, ran), ran)


@pytest.fixture
def earlier() -> str:
    """A dispatch that another kernel made, as far as this one knows."""
    id = jf.dispatch(work)("bob", "swordfish", "ran")
    assert id.result() == "bob:9!"
    _forget()
    return id


def _forget() -> None:
    VAULT.clear()
    jf.session()._memory.clear()


def ran() -> str:
    return Path("ran").read_text()


def test_it_says_which_and_how(earlier: str) -> None:
    with pytest.raises(SecretNeeded, match=rf"'password'. Give them again: jf.redispatch\('{earlier}'\)\(password=…\)"):
        jf.redispatch(earlier)()


@pytest.mark.parametrize("how", ["arguments", "secrets"])
def test_it_is_given_by_name_and_the_rest_is_as_it_was(earlier: str, how: str) -> None:
    given = {"password": "swordfish"}
    again = jf.redispatch(earlier, secrets=given)() if how == "secrets" else jf.redispatch(earlier)(**given)
    assert again.result() == "bob:9!"


def test_what_is_done_is_not_done_again_for_the_same_secret(earlier: str) -> None:
    assert jf.redispatch(earlier, reuse_previous_results=True)(password="swordfish").result() == "bob:9!"
    assert ran() == "xy"


def test_what_takes_another_secret_is_done_again(earlier: str) -> None:
    assert jf.redispatch(earlier, reuse_previous_results=True)(password="another one").result() == "bob:11!"
    assert ran() == "xyxy"


def test_in_the_same_kernel_nobody_asks_and_another_one_can_be_given() -> None:
    id = jf.dispatch(work)("bob", "swordfish", "ran")
    id.result()
    assert jf.redispatch(id)().result() == "bob:9!"
    assert jf.redispatch(id)(password="new one").result() == "bob:7!"


def test_a_name_that_is_none_is_refused(earlier: str) -> None:
    with pytest.raises(DispatchError, match="no secret 'pasword'; it has 'password'"):
        jf.redispatch(earlier, secrets={"pasword": "x"})()


def test_new_arguments_need_no_secrets_of_the_old_ones(earlier: str) -> None:
    assert jf.redispatch(earlier)("alice", "other", "ran").result() == "alice:5!"


def test_secrets_of_the_code_are_needed_in_any_case() -> None:
    api_token = "in-a-closure"

    @jf.lattice
    def closed(n: int) -> str:
        return login("bob", api_token, f"ran{n}")

    id = jf.dispatch(closed)(1)
    id.result()
    _forget()
    with pytest.raises(SecretNeeded, match=r"redispatch\('[^']*'\)\(api_token=…\)"):
        jf.redispatch(id)(2)
    assert jf.redispatch(id, secrets={"api_token": "in-a-closure"})(2).result() == "bob:12"


def test_the_results_stay_readable_and_inputs_say_what_they_lack(earlier: str) -> None:
    result = jf.get_result(earlier)
    assert result.result == "bob:9!"
    assert repr(result.nodes[0].inputs["password"]) == "Secret('***')"
    with pytest.raises(SecretNeeded):
        assert result.nodes[0].inputs["password"].value
    assert "swordfish" not in str(result)
    assert result.nodes[0].call_text == "login(user='bob', password=***, ran='ran')"


def test_an_output_with_a_secret_is_kept_without_it() -> None:
    @jf.electron(executor="thread")
    def connection(token: str) -> str:
        return f"Bearer {token}"

    id = jf.dispatch(jf.lattice(connection))("toktok-12345")
    assert id.result() == "Bearer toktok-12345"
    _forget()
    with pytest.raises(SecretNeeded, match="'token'"):
        id.result()


def test_the_cache_knows_equal_secrets_and_keeps_none() -> None:
    @jf.electron(executor="thread", cache=True)
    def lookup(api_key: str, n: int) -> int:
        return n

    cached = []
    for key in ("first-key-1", "first-key-1", "other-key-2", "first-key-1"):
        cached += [node.cached for node in jf.dispatch_sync(jf.lattice(lookup))(key, 5).nodes]
    assert cached == [False, True, False, True]


def test_called_as_plain_functions_electrons_get_what_is_in_secrets() -> None:
    assert login("bob", jf.Secret("abc"), "ran") == "bob:3"


def test_an_exported_script_does_not_spell_secrets_out(notebook: Notebook) -> None:  # noqa: F811
    notebook.run("import jupyter_flow as jf")
    notebook.run("%%electron -x inline\ndef reach(password): return len(password)")
    notebook.run("%%electron made -x inline\nfound = reach('spelled-out-1')")
    notebook.run("jf.dispatch_sync(jf.lattice(reach))('spelled-out-1')")
    notebook.run("%flow export exported.py")
    assert "'***'" in Path("exported.py").read_text()
    assert "spelled-out-1" not in Path("exported.py").read_text()
    assert "secrets that cells spell out are ***" in notebook.printed()


def test_a_mapped_cell_gets_its_secrets(notebook: Notebook) -> None:  # noqa: F811
    notebook.run("password, parts = 'mapped-pass-1', [1, 2]")
    notebook.run("%%electron sizes -x inline --map part=parts\nsize = part + len(password)")
    assert notebook.run("size") == [14, 15]


@jf.electron(executor="local")
def measured(password: str) -> int:
    sys.stdout.write(password)
    return len(password)


@jf.electron(executor="local")
@jf.lattice
def inside(name: str) -> int:
    return measured(password=os.environ[name])


@jf.lattice
def meets(name: str) -> int:
    return inside(name)


@jf.electron(executor=LocalExecutor(workers=2))
def twice(value: object, n: int) -> object:
    return value


@jf.electron(executor=LocalExecutor(workers=2))
@jf.lattice
def returned(name: str) -> str:
    return given_back(password=os.environ[name])


@jf.electron(executor=LocalExecutor(workers=2))
def given_back(password: str) -> str:
    return password


@jf.lattice
def hands_on(name: str) -> list[object]:
    before = [twice(n, n) for n in range(8)]
    word = returned(name)
    jf.wait(word, before)
    return [twice(word, n) for n in range(8)]


def test_a_secret_that_is_met_late_reaches_workers_that_know_the_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MET", "met-late-and-handed-on")
    assert jf.dispatch_sync(hands_on)("MET").result == ["met-late-and-handed-on"] * 8


def test_a_secret_that_a_worker_meets_first_reaches_the_others_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MET", "met-on-a-worker-1")
    result = jf.dispatch_sync(meets)("MET")
    assert result.result == 17
    assert result.nodes[0].sublattice_result.nodes[0].stdout == "***"
    assert leaks({"met": "met-on-a-worker-1"}, jf.session().store.root) == set()


@jf.electron(executor="thread")
def takes(thing: object, password: str = "") -> str:
    return str(thing)


@jf.lattice
def early(word: str) -> tuple[str, str, str]:
    first, listed = takes(word), takes([word, {"url": f"x {word}"}])
    return first, listed, takes(1, password=word)


def test_what_was_used_before_it_was_known_to_be_secret_is_kept_without_it() -> None:
    word = "known-only-late-1"
    id = jf.dispatch(early)(word)
    assert id.result()[0] == word
    assert leaks({"late": word}, jf.session().store.root) == set()
    assert word not in jf.get_result(id).nodes[0].call_text


def test_what_a_cell_spells_out_is_not_kept_with_its_text(notebook: Notebook) -> None:  # noqa: F811
    notebook.run("import jupyter_flow as jf")
    notebook.run(
        "API_TOKEN = 'spelled-in-a-cell-1'\nheaders = {'password': \"spelled-in-a-dict-1\"}\n"
        "@jf.electron(executor='inline')\ndef one(): return 1\n@jf.lattice\ndef work(): return one()"
    )
    assert notebook.run("jf.dispatch(work)().result()") == 1
    notebook.run("%%electron filled -x inline\nsecret_word = 'spelled-in-an-electron-1'\nlength = len(secret_word)")
    assert notebook.run("length") == 24
    spelled = {name: f"spelled-in-{name}-1" for name in ("a-cell", "a-dict", "an-electron")}
    assert leaks(spelled, jf.session().store.root) == set()
