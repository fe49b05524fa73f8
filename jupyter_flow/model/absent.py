"""Names of Covalent that are not here: what each is there, and what to do instead."""

SHELL = "call subprocess.run in an electron"
CONFIG = "there is no server to configure: %flow config has a session's settings, and README names the variables"
FILES = "read and write the files in an electron, or before and after it with DepsCall and DepsBash"
QUANTUM = "quantum circuits are run by what an electron calls"
TRIGGERS = "dispatch from what notices the event: a loop, a cron job with `jupyter-flow run`"

QUEUE = 'executor.DaskExecutor(executor.Cluster("{}")) asks for workers there'

ABSENT = {
    **{f"{name}Executor": f"a cluster: {QUEUE.format(name.lower())}" for name in ("Slurm", "PBS", "SSH", "LSF")},
    **dict.fromkeys(("Lepton", "leptons"), f"electrons in a shell or another language: {SHELL}"),
    **dict.fromkeys(("fs", "fs_strategies", "TransferFromRemote", "TransferToRemote"), f"file transfers: {FILES}"),
    **dict.fromkeys(("triggers", "stop_triggers"), f"triggers: {TRIGGERS}"),
    **dict.fromkeys(("get_config", "set_config", "reload_config"), f"the server's configuration: {CONFIG}"),
    "strategy": f"ways to transfer files: {FILES}",
    **dict.fromkeys(("QElectron", "qelectron", "QCluster", "quantum"), f"quantum electrons: {QUANTUM}"),
}


DRAWING = (
    "shows its graph in the server's page; here %graph NAME(…) draws it in a notebook, "
    "and so does a cell that ends with what NAME.build_graph(…) returns"
)


def no_part(name: str) -> AttributeError:
    """What is said of a name that a lattice does not have."""
    told = f"; in Covalent it {DRAWING}" if name in ("draw", "draw_inline") else ""
    return AttributeError(f"a lattice has no attribute {name!r}{told}", name=name)


def absence(module: str, name: str) -> AttributeError:
    """What is said of a name that a module does not have."""
    told = f"; in Covalent it is for {ABSENT[name]}" if name in ABSENT else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{told}", name=name)
