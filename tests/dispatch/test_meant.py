import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.meant import ambiguous


@jf.electron(executor="thread")
def one(n: int) -> int:
    return n


@jf.lattice
def flow(n: int) -> int:
    return one(n)


def test_an_id_may_be_cut_short_where_only_one_dispatch_begins_so() -> None:
    id = jf.dispatch(flow)(1)
    assert id.result() == 1
    assert jf.get_result(id[:8]).dispatch_id == id
    assert jf.get_result(id[:8], wait=True, status_only=True) == {"id": id, "status": "COMPLETED"}
    jf.cancel(id[:8])
    jf.pin(id[:8])
    assert [one.id for one in jf.dispatches() if one.pinned] == [id]
    jf.pin(id[:8], False)
    assert jf.redispatch(id[:8])(2).result() == 2
    with pytest.raises(jf.errors.UnknownDispatch, match="no dispatch 'x'"):
        jf.get_result("x")


def test_several_are_listed() -> None:
    ids: list[str] = [one.id for one in jf.dispatches()]
    while len({id[0] for id in ids}) == len(ids):
        ids.append(jf.dispatch(flow)(1))
    begin = next(id[0] for id in ids if sum(other[0] == id[0] for other in ids) > 1)
    both = [id for id in ids if id[0] == begin]
    with pytest.raises(
        jf.errors.UnknownDispatch, match=f"{len(both)} dispatches have ids that begin with '{begin}'"
    ) as caught:
        jf.redispatch(begin)()
    assert sum(id in str(caught.value) for id in both) == min(5, len(both))
    assert str(ambiguous("a", [*"123456"])).endswith("1, 2, 3, 4, 5, …")
