"""The magics: each parses its line, and hands over. A mistake in the line is a UsageError, and nothing has run."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from IPython.core.error import UsageError
from IPython.core.magic import needs_local_scope, no_var_expand

from ..model.errors import BuildError, DispatchError
from ..model.lattice import Lattice
from ..model.options import Options
from ..model.result import NodeResult
from ..render.palette import By
from ..session import session
from ..verbs import DispatchId, dispatch
from . import calls, electrons, lattices, naming, reports, shows
from .definitions import bind_def, body_of, is_def
from .displays import told
from .drawing import Drawing, drawing_meant, drawing_of_result
from .executors import ExecutorTable
from .flow.boundary import Boundary
from .flow.commands import FlowCommands
from .flow.flow import Flow
from .headless import headless
from .live import LivePictures
from .parsing import amount, argument, identifier, options_first, options_last, parsed, parsed_words, seconds, takes
from .resuming import resumed, way_on
from .shell import Shell, executor_named, say, show
from .targets import node_of, result_of, split_target

EXECUTOR = argument("-x", "--executor", metavar="EXECUTOR", help="a name, a kind (local, thread, …) or a variable")
OUT = argument("-o", "--out", metavar="VAR", type=identifier, help="a variable to keep it in")
CELLS = ("electron", "lattice")
LINES = ("dispatch", "executor", "graph", "result", "flow")
VALUED = frozenset({"-o", "--out", "-x", "--executor", "--resume"})


class FlowMagics:
    """What ``%load_ext jupyter_flow`` brings."""

    def __init__(self, shell: Shell, live: LivePictures, flow: Flow, boundary: Boundary) -> None:
        self.shell, self._live, self._flow, self._boundary = shell, live, flow, boundary
        self._electrons = electrons.Electrons(shell, flow, boundary)
        self.commands = FlowCommands(flow)
        self.flow = self.commands.flow

    def _raw(self) -> str:
        """The cell that runs, as it was written: its magic sees only a part of it."""
        return self._boundary.cell.raw if self._boundary.cell is not None else ""

    @no_var_expand
    @takes(
        "%%electron [NAME] [-i IN,..] [-o OUT,..] [-x EXECUTOR] [--map VAR=NAME] [OPTIONS]",
        argument("name", nargs="?", type=identifier, help="what to call it (unset: as the function, or what it makes)"),
        EXECUTOR,
        argument("--retries", type=int, metavar="N", help="further attempts after a failure"),
        argument("--timeout", type=seconds, metavar="TIME", help="how long an attempt may run: 90, 90s, 10m, 2h"),
        argument("--cores", type=int, metavar="N", help="how many workers it takes up"),
        argument("--memory", type=amount, metavar="SIZE", help="how much it may use at most: 2GB, 512MB"),
        argument("--gpus", type=int, metavar="N", help="how many GPUs of a cluster's worker it takes"),
        argument("--cache", action="store_true", help="take its value from the store where nothing has changed"),
        argument("-q", "--quiet", action="store_true", help="say nothing"),
        *electrons.ARGUMENTS,
    )
    def electron(self, line: str, cell: str) -> None:
        """Make this cell an electron: a task that runs on an executor.

        A cell of statements runs now, in the background: what it reads are its inputs, what it assigns its outputs,
        and the notebook has those as soon as a cell needs them. A cell that is one def, with imports and comments
        beside it, becomes an electron for lattices to call. In Python: @jupyter_flow.electron(...).
        """
        given = parsed(self.electron, line)
        options = self._options(
            given, retries=given.retries, timeout=given.timeout, cores=given.cores, cache=given.cache or None,
            memory=given.memory, gpus=given.gpus,
        )  # fmt: skip
        self._electrons.make(given, options, body_of(self.shell, self._raw(), "electron", line, cell))

    @no_var_expand
    @takes(
        "%%lattice [NAME] [-x DEFAULT] [-p PARAMETER[=DEFAULT]].. [--show] [-q]",
        argument("name", nargs="?", type=identifier, help="what to call it (unset: as the function)"),
        argument("-x", "--executor", metavar="DEFAULT", help="the executor of its electrons that name none"),
        argument(
            "-p", "--parameter", action="append", type=lattices.parameter, default=[], metavar="NAME[=DEFAULT]",
            help="a parameter of a cell of statements",
        ),
        argument("--show", action="store_true", help="draw its graph, if it can be built without arguments"),
        argument("-q", "--quiet", action="store_true", help="say nothing"),
    )  # fmt: skip
    def lattice(self, line: str, cell: str) -> Drawing | None:
        """Make this cell a lattice: a workflow that %dispatch runs.

        The cell is one def, with imports and comments beside it; or statements, which call electrons by name, and
        whose last expression is the result. In Python: @jupyter_flow.lattice(...).
        """
        given = parsed(self.lattice, line)
        options = self._options(given)
        body = body_of(self.shell, self._raw(), "lattice", line, cell)
        if is_def(self.shell.compile.ast_parse(body.source, body.file, "exec")):
            made = bind_def(self.shell, "lattice", body, given.name)
        else:
            made = lattices.bind_lattice(self.shell, body, given.name, given.parameter)
        if isinstance(made, Lattice):
            options = options.under(made.options)
            made = made.workflow_function
        lattice = Lattice(made, options)
        lattice.name = given.name or lattice.name
        self._bind(lattice, given.quiet or self._flow.quiet)
        if not given.show:
            return None
        if calls.without_arguments(lattice):
            return drawing_meant(lattice.name, {lattice.name: lattice})
        say(f"it takes arguments: %graph {lattice.name}(…) draws it")
        return None

    @needs_local_scope
    @no_var_expand
    @takes(
        "%dispatch [-o VAR] [--wait | --no-wait] [-x EXECUTOR] LATTICE(ARGS) | --resume ID",
        OUT,
        argument("--wait", action="store_true", help="until it has ended; a failure is raised here"),
        argument("--no-wait", action="store_true", help="return at once: so it is where somebody looks on"),
        argument("-x", "--executor", metavar="EXECUTOR", help="the lattice's default executor, this time"),
        argument("--resume", nargs="?", const="", metavar="ID", help="instead of a call: run the rest of a dispatch"),
    )
    def dispatch(self, line: str, local_ns: dict[str, Any] | None = None) -> DispatchId:
        """Run a workflow: options first, then a call in plain Python. The value is the dispatch's id.

        Without a browser (nbclient, nbval, papermill) it waits in any case, and a failure is raised in this cell.
        Example: %dispatch -o run fit_all(data, folds=5). In Python: jupyter_flow.dispatch(fit_all)(data, folds=5).
        """
        words, text = options_first(line, VALUED)
        given = parsed_words(self.dispatch, words)
        if given.wait and given.no_wait:
            raise UsageError("dispatch: --wait and --no-wait exclude each other")
        if given.resume is not None:
            with _usage("dispatch"):
                id = resumed(given, text, self.shell.user_ns)
        else:
            executor = executor_named(self.shell, given.executor)
            call = calls.call_of(text, "dispatch", self.shell.user_global_ns, local_ns)
            id = dispatch(call.lattice(executor))(*call.args, **call.kwargs)
        self._keep(given.out, id)
        if given.wait or headless(self.shell):
            self._wait(id)
        else:
            self._live.follow(id)
        return id

    @no_var_expand
    @takes("%executor [NAME [KIND [ADDRESS|VARIABLE]]] [-n WORKERS] [OPTIONS] [--default] | -d NAME", *naming.ARGUMENTS)
    def executor(self, line: str) -> ExecutorTable | None:
        """Give an executor a name; or, without one, show the executors by the resource they share."""
        given = parsed(self.executor, line)
        if given.delete:
            naming.forget(self.shell, given.delete)
        elif given.name:
            naming.give(self.shell, given)
        else:
            return ExecutorTable()
        return None

    @needs_local_scope
    @no_var_expand
    @takes(
        "%graph [TARGET] [--by status|executor|duration] [--save FILE]",
        argument("--by", choices=get_args(By), default="status", help="what the colours mean (unset: status)"),
        argument("--save", metavar="FILE", type=Path, help="write it to a file, .svg or .txt"),
    )
    def graph(self, line: str, local_ns: dict[str, Any] | None = None) -> Drawing:
        """Draw a graph. TARGET: a dispatch, by id or variable; a lattice; a call of one; or flow: the electron cells.

        Without a TARGET it is what was run last: the last dispatch, or the notebook's electron cells.

        Example: %graph fit_all(data, folds=5) --save plan.svg draws what would run, and runs nothing.
        """
        text, words = options_last(line)
        given = parsed_words(self.graph, words)
        names = {**self.shell.user_ns, **(local_ns or {}), **self._flow.dispatched()}
        whole = self.commands.drawn_newest() if not text else text == "flow" and text not in names
        drawing = self.commands.graph(given.by) if whole else drawing_meant(text, names, given.by)
        if given.save:
            drawing.save(given.save)
        return drawing

    @no_var_expand
    @takes(
        "%result [ID][.NODE] [-o VAR] [--logs] [--show] [--traceback]",
        argument("target", nargs="?", default="", help="a dispatch (unset: the last one), an electron of it, or both"),
        OUT,
        argument("--logs", action="store_true", help="what the electrons printed"),
        argument("--show", action="store_true", help="what they printed and displayed, as in a cell of their own"),
        argument("--traceback", action="store_true", help="why electrons failed"),
    )
    def result(self, line: str) -> Any:
        """Show what came of a dispatch, or the output of one of its electrons, by number or name.

        With -o the variable gets the value; where there is none because of a failure, that is raised.
        Example: %result .square --logs
        """
        given = parsed(self.result, line)
        with _usage("result"):
            id, wanted = split_target(given.target)
            result = result_of(id, {**self.shell.user_ns, **self._flow.dispatched(id)})
            node = node_of(result, wanted) if wanted else None
        if given.out:
            if not (node and node.has_output):
                result.raise_for_status()
            self._keep(given.out, node.output if node else result.result)
        if given.logs or given.show or given.traceback:
            return self._tell(given, [node] if node else result.nodes)
        if node is None:
            if rest := way_on(result):
                say(rest)
            return result
        say(reports.title(node))
        return node.output

    def _tell(self, given: Namespace, nodes: list[NodeResult]) -> None:
        """What ``%result`` is asked for beside values."""
        if given.logs:
            say(reports.headed(nodes, reports.logs) or reports.silence(nodes))
        if given.traceback:
            say(reports.headed(nodes, lambda node: reports.failure(self.shell, node)) or "no failure")
        if given.show:
            shows.show(nodes)

    @no_var_expand
    def jupyter_flow(self, line: str, cell: str | None = None) -> Any:
        """Any of these magics, also where another extension has its name: %jupyter_flow VERB …

        Verbs: electron and lattice (%%jupyter_flow), dispatch, executor, graph, result, flow; and, which is no
        magic of its own, %jupyter_flow cancel [ID], without an ID for the last dispatch.
        """
        verb, _, rest = line.strip().partition(" ")
        known = CELLS if cell is not None else (*LINES, "cancel")
        if verb not in known:
            what = f"{verb!r} is no verb here" if verb else "say what to do"
            raise UsageError(f"jupyter_flow: {what}; there are {', '.join(known)}")
        run = getattr(self, "_cancel" if verb == "cancel" else verb)
        return run(rest) if cell is None else run(rest, cell)

    def _cancel(self, line: str) -> None:
        with _usage("cancel"):
            id = result_of(line.strip(), self.shell.user_ns).dispatch_id
            ended = session().status(id).final
            session().cancel(id)
        short = id.partition("-")[0]
        say(f"dispatch {short} had ended already" if ended else f"cancelled dispatch {short}")

    # what they share ------------------------------------------------------------------------------

    def _options(self, given: Namespace, **asked: Any) -> Options:
        with _usage("options"):
            return Options(executor_named(self.shell, given.executor), **asked)

    def _bind(self, thing: Lattice, quiet: bool) -> None:
        self.shell.user_ns[thing.name] = thing
        if not quiet:
            say(told(thing))

    def _keep(self, name: str | None, value: Any) -> None:
        if name:
            self.shell.user_ns[name] = value

    def _wait(self, id: DispatchId) -> None:
        """Until it has ended; of a failed one the picture is shown, and its electron's exception is raised."""
        session().wait(id)
        result = session().result(id)
        if not result.status.final or result.error is not None:
            show(drawing_of_result(result))
        result.raise_for_status()


@contextmanager
def _usage(magic: str) -> Iterator[None]:
    """What cannot be found, or is no option, is a mistake in the line."""
    try:
        yield
    except (BuildError, DispatchError, ValueError) as error:
        raise UsageError(f"{magic}: {error}") from None
