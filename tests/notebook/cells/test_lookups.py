"""Names that are looked up by their text."""

import ast

import pytest

from jupyter_flow.notebook.cells import looks_anywhere, names_of


@pytest.mark.parametrize(
    "code",
    [
        "globals()['x']",
        "globals().get('x', 1)",
        "'x' in globals()",
        "'x' not in vars()",
        "locals()['x']",
        "'x' in dir()",
        "eval('x + 1')",
        "exec('print(x)')",
        "[eval('x') for _ in 'a']",
        "t.query('a > @x')",
        "t.eval('b = a + @x')",
    ],
)
def test_a_name_in_a_text_counts_as_read(code: str) -> None:
    assert "x" in names_of(ast.parse(code)).reads


@pytest.mark.parametrize(
    "code",
    [
        "globals()",
        "globals()[name]",
        "globals().items()",
        "eval(text)",
        "exec(text)",
        "list(map(eval, texts))",
        "vars()",
        "dir()",
        "print(locals())",
        "class A:\n    n = eval(text)",
        "def f():\n    return eval(text)\nf()",
        "class A:\n    def m(self):\n        return globals()\nA().m()",
        "(lambda: eval(text))()",
        "eval('eval(text)')",
        "eval('x', globals())",
        "get_ipython().run_line_magic('who', '')",
        "get_ipython().run_line_magic('timeit', '-n1 eval(text)')",
        "get_ipython().run_cell_magic('time', '', 'print(dir())')",
    ],
)
def test_code_that_may_look_up_any_name_is_known(code: str) -> None:
    assert looks_anywhere(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "vars(thing)",
        "dir(thing)",
        "model.eval()",
        "dir = '/tmp'\nprint(dir)",
        "eval('x + 1')",
        "eval(text, {'a': 1})",
        "globals()['x']",
        "def f(thing):\n    return vars(thing), eval(text), globals()",
        "class A:\n    def m(self):\n        return globals()",
        "def f():\n    return locals(), dir(), vars()\nf()",
        "t.query('a > @x')",
        "get_ipython().run_cell_magic('bash', '', 'eval (1)')",
        "get_ipython().system('eval (ssh-agent)')",
        "get_ipython().run_line_magic('timeit', 'model.eval()')",
    ],
)
def test_other_code_is_not_taken_for_it(code: str) -> None:
    assert not looks_anywhere(ast.parse(code))
