import pytest

from jupyter_flow.model.errors import UnknownDispatch
from jupyter_flow.store import Choice, Store
from jupyter_flow.store.schema import connect
from tests.store.test_pruning import blob, ended, ids, there


def test_what_is_pinned_is_never_pruned_nor_are_its_values(store: Store) -> None:
    mine, other = blob(store), blob(store)
    ended(store, "a", mine)
    ended(store, "a-inner", parent="a")
    ended(store, "b", other)
    assert store.pin("a-inner") == "a"  # the whole of it
    assert store.pinned() == {"a"}
    for choice in (Choice(keep=0), Choice(older_than=0), Choice(larger_than=0), Choice(among={"a"})):
        assert [row.id for row in store.prune(choice, dry_run=True).runs] == (
            ["b"] if "b" in ids(store) and not choice.among else []
        )
        store.prune(choice)
    assert (ids(store), there(store, mine, other)) == (["a"], [True, False])
    assert len(store.children("a")) == 1
    store.pin("a", on=False)
    assert [row.id for row in store.prune(Choice(keep=0)).runs] == ["a"]


def test_one_that_is_pinned_after_the_choice_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_flow.store.pruning import Pruner

    ended(store, "a")
    real = Pruner._remove

    def remove(pruner: Pruner, index: object, root: str) -> bool:
        store.pin("a")
        return real(pruner, index, root)  # type: ignore[arg-type]

    monkeypatch.setattr(Pruner, "_remove", remove)
    assert store.prune(Choice(keep=0)).runs == []
    assert ids(store) == ["a"]


def test_one_that_is_just_being_removed_cannot_be_pinned(store: Store) -> None:
    ended(store, "a")
    row = store.run("a")
    index = connect(store.root)
    index.execute("DELETE FROM run")
    index.close()
    store.run = lambda id: row  # type: ignore[method-assign]  # as it was a moment ago
    with pytest.raises(UnknownDispatch, match="any more"):
        store.pin("a")
    assert store.pinned() == set()


def test_what_is_unknown_cannot_be_pinned(store: Store) -> None:
    for id in ("nothing", "../../x"):
        with pytest.raises(UnknownDispatch):
            store.pin(id)
