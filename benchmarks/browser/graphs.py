"""The cells that make the graphs which are looked at."""

SETUP = '''
%load_ext jupyter_flow
import gc, pathlib, random, time
import jupyter_flow as jf
from jupyter_flow.executor import ThreadExecutor

two = ThreadExecutor(2)

@jf.electron(executor=two)
def gate(path):
    import pathlib, time
    while not pathlib.Path(path).exists():
        time.sleep(0.001)
    return 0

@jf.electron(executor=two)
def train(n, start): return n

@jf.electron(executor=two)
def best(scores): return max(scores)

@jf.lattice
def alike(count, path):
    start = gate(path)
    return best([train(n, start) for n in range(count - 2)])

def named(number):
    def step(*before): return number
    step.__name__ = step.__qualname__ = f"step_{number}"
    return jf.electron(executor=two)(step)

GATES = {}
STEPS = [named(number) for number in range(10_000)]

@jf.lattice
def different(count, path):
    """Each electron has a name of its own and up to three of the 200 before it as its inputs: no two are alike."""
    draw = random.Random(count)
    made = [gate(path)]
    for number in range(1, count):
        recent = range(max(0, number - 200), number)
        chosen = sorted(draw.sample(recent, min(len(recent), draw.choice([1, 1, 2, 2, 3]))))
        made.append(STEPS[number](*[made[k] for k in chosen]))
    return made[-1]

@jf.lattice
def crowd(count, path):
    """A hundred names, in layers that are joined at random: a hundred groups, of which each may be opened."""
    draw = random.Random(count)
    layer = [gate(path)]
    for _ in range(count // 100):
        layer = [STEPS[k](*draw.sample(layer, min(len(layer), 2))) for k in range(100)]
    return layer[-1]

def held(lattice, count):
    """A dispatch that waits for its gate."""
    path = pathlib.Path(f"gate-{time.monotonic_ns()}").absolute()
    run = jf.dispatch(lattice)(count, str(path))
    GATES[run] = path
    return run

def let(run):
    """Seconds from the gate's opening to the recorded result."""
    gc.collect()
    began = time.perf_counter()
    GATES[run].touch()
    run.result()
    return time.perf_counter() - began

for lattice in (alike, different):
    let(held(lattice, 50))
'''.strip()

HELD = "run = held(LATTICE, COUNT)"
DONE = HELD + "\nlet(run);"
SHOW = "run"
LET = "print(let(run))"
BLOCKED = {
    "a loop in pure Python": "while not run.status.final: pass",
    "a wait": "jf.get_result(run, wait=True);",
}


def of(cell: str, lattice: str, count: int) -> str:
    """The cell, for a lattice and a number of electrons."""
    return cell.replace("LATTICE", lattice).replace("COUNT", str(count))
