"""Values looked at in a process of their own, which alone suffers from them."""

import contextlib
import os
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from jupyter_flow.model.graph import ATOM, LITERAL, OUTPUT
from jupyter_flow.model.literal import capture
from jupyter_flow.model.pickles import pack
from jupyter_flow.store.blobs import Blobs
from jupyter_flow.widgets.previews import Look, Previewer
from jupyter_flow.worker.preview import Order


class Calls:
    """A pickle that calls something when it is loaded."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._call = function, args

    def __reduce__(self) -> Any:
        return self._call


class Sleepy:
    def __repr__(self) -> str:
        time.sleep(600)
        return ""


class Whereabouts:
    def __repr__(self) -> str:
        return f"pid {os.getpid()}"


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


@pytest.fixture
def previewer(blobs: Blobs) -> Iterator[Previewer]:
    made = Previewer(blobs)
    yield made
    made.close()


def order(value: object, blobs: Blobs | None = None) -> Order:
    return Order(OUTPUT, 0, {0: pack(value, blobs.write if blobs else None)})


def impatient(blobs: Blobs) -> Previewer:
    return Previewer(blobs, seconds=0.5)


def test_a_value_is_looked_at_elsewhere(previewer: Previewer) -> None:
    assert previewer.look(order(Whereabouts())).text == f"pid {previewer.pid}"
    assert previewer.pid != os.getpid()


def test_a_large_value_comes_from_the_store(previewer: Previewer, blobs: Blobs) -> None:
    found = previewer.look(order(np.zeros((1000, 1000)), blobs))
    assert found.note == "1,000 × 1,000 · float64 · 8 MB"


def test_an_argument_with_outputs_in_it_is_put_together(previewer: Previewer) -> None:
    assert previewer.look(Order(ATOM, 3, {})).text == "3"
    assert previewer.look(Order(LITERAL, capture([1, 2], None), {})).text == "1\n2"


def test_a_class_of_the_notebook_is_as_it_was_sent(previewer: Previewer) -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec("class Point:\n    def __repr__(self): return 'first'", space)
    assert previewer.look(order(space["Point"]())).text == "first"
    space["Point"].__repr__ = lambda self: "second"
    assert previewer.look(order(space["Point"]())).text == "second"


def test_a_pickle_that_exits_ends_only_that_process(previewer: Previewer) -> None:
    assert previewer.look(order(Calls(os._exit, 3))).note == "the process that looked at it ended with code 3"
    assert previewer.look(order(5)).text == "5"


def test_a_pickle_that_kills_ends_only_that_process(previewer: Previewer) -> None:
    assert "ended with code 1" in previewer.look(order(Calls(exec, "raise SystemExit(1)"))).note
    assert "killed by signal 9" in previewer.look(order(Calls(exec, "import os; os.kill(os.getpid(), 9)"))).note
    assert previewer.look(order(5)).text == "5"


def test_a_slow_repr_is_given_up(blobs: Blobs) -> None:
    previewer = impatient(blobs)
    assert previewer.look(order(Sleepy())).note == "looking at it took longer than 0.5 s, so that was given up"
    assert previewer.pid is None
    assert previewer.look(order(5)).text == "5"
    previewer.close()


def test_what_a_value_started_is_killed_with_its_process(blobs: Blobs, tmp_path: Path) -> None:
    previewer = impatient(blobs)
    said = tmp_path / "child"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        f"open({str(said)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    )
    previewer.look(order(Calls(exec, code)))
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(int(said.read_text()))
        assert child.status() == psutil.STATUS_ZOMBIE or child.wait(30) is None


def test_a_pickle_that_cannot_be_loaded_is_told(previewer: Previewer) -> None:
    found = previewer.look(Order(OUTPUT, 0, {0: b"no pickle"}))
    assert found.note.startswith("it cannot be loaded here: UnpicklingError")
    gone = pickle.dumps(Calls(print)).replace(b"builtins", b"nomodule").replace(b"print", b"qrint")
    assert "ModuleNotFoundError" in previewer.look(Order(OUTPUT, 0, {0: gone})).note


def test_a_value_that_answers_for_itself_is_not_shown(previewer: Previewer) -> None:
    forged = (
        "import os, struct, stat\n"
        'said = bytes(8) + b\'{"text": "forged"}\'\n'
        "for fd in range(3, 50):\n"
        "    try:\n"
        "        if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, struct.pack('!I', len(said)) + said)\n"
        "    except OSError: pass\n"
    )
    found = previewer.look(order(Calls(exec, forged)))
    assert (found.note, found.text) == ("it answered for itself, which is not shown", "")
    assert previewer.look(order(5)).text == "5"


def test_an_endless_answer_is_refused(previewer: Previewer) -> None:
    forged = (
        "import os, stat\n"
        "for fd in range(3, 50):\n"
        "    try:\n"
        "        if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, bytes([255]) * 8)\n"
        "    except OSError: pass\n"
    )
    assert previewer.look(order(Calls(exec, forged))).note == "what it says of itself is too much to show"
    assert previewer.look(order(5)).text == "5"


def test_the_process_ends_when_nobody_looks(blobs: Blobs) -> None:
    previewer = Previewer(blobs, idle=0.05)
    previewer.look(order(1))
    end = time.monotonic() + 30
    while previewer.pid is not None:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert previewer.look(order(2)).text == "2"
    previewer.close()


def test_closing_ends_the_process_and_it_may_begin_again(previewer: Previewer) -> None:
    previewer.look(order(1))
    pid = previewer.pid
    previewer.close()
    assert previewer.pid is None
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert previewer.look(order(2)).text == "2"


def test_what_is_printed_while_a_value_is_looked_at_goes_nowhere(
    previewer: Previewer, capfd: pytest.CaptureFixture[str]
) -> None:
    previewer.look(order(Calls(exec, "import os; print('secret'); os.write(2, b'secret')")))
    assert "secret" not in "".join(capfd.readouterr())


def test_only_pictures_and_documents_are_passed_on() -> None:
    found = Look("", {"rows": [3, ["x", 4]], "shown": [{"mime": "text/javascript", "data": "x"}, 7]})
    assert (found.rows, found.shown) == ([["x", ""]], [])


@pytest.mark.parametrize("told", [None, 3, {"rows": 5}, {"shown": {}}, {"text": []}])
def test_nonsense_is_an_empty_look(told: object) -> None:
    found = Look("", told)
    assert (found.type, found.text, found.rows, found.shown) == ("", "", [], [])
