"""The style sheet inside a picture: light and dark, in force for that picture only."""

from .palette import CLASS, DARK, LIGHT, By, Theme
from .standing import Standing


def style(scope: str, statuses: list[Standing], executors: int, by: By, dark: bool | None = None) -> str:
    """The style sheet of one picture: its rules hold only inside the class ``scope``.

    dark: one of the two themes, for good; None: the one that the reader's system asks for.
    """
    shape = _sheet(scope, _SHAPE)
    light, night = [_sheet(scope, _rules(theme, statuses, executors, by)) for theme in (LIGHT, DARK)]
    if dark is not None:
        return shape + (night if dark else light)
    return f"{shape}{light}@media (prefers-color-scheme:dark){{{night}}}"


def _sheet(scope: str, rules: dict[str, str]) -> str:
    out = []
    for selector, body in rules.items():
        scoped = ",".join(f".{scope} {part}" for part in selector.split(","))
        out.append(f"{scoped}{{{body}}}")
    return "".join(out)


_SHAPE = {
    "text": "font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:11px",
    "text.h": "font-size:13px;font-weight:600",
    "text.p": "font-size:10px",
    "text.o": "font-size:10px",
    ".n": "stroke-width:1.25px",
    ".n.k": "stroke-dasharray:4 3",
    ".e": "fill:none;stroke-width:1.4px",
    ".e.q": "stroke-dasharray:4 4",
    ".e.b": "stroke-dasharray:1.5 3.5;stroke-linecap:round",
    ".m .l": "fill:none;stroke-width:1.9px;stroke-linecap:round;stroke-linejoin:round",
    ".m .g": "stroke:none",
}


def _rules(theme: Theme, statuses: list[Standing], executors: int, by: By) -> dict[str, str]:
    rules = _grounds(theme) | _statuses(theme, statuses, by) | _executors(theme, executors, by)
    if by == "duration":
        rules |= {f".n.z{k},.z{k}": f"fill:{colour}" for k, colour in enumerate(theme.times)}
    return rules


def _grounds(theme: Theme) -> dict[str, str]:
    return {
        ".bg": f"fill:{theme.card};stroke:{theme.rim}",
        "text": f"fill:{theme.text}",
        "text.u": f"fill:{theme.muted}",
        "text.o": f"fill:{theme.muted}",
        ".og": f"fill:{theme.card}",
        ".e": f"stroke:{theme.edge}",
        ".a": f"fill:{theme.edge}",
        ".v": f"stroke:{theme.rim}",
        ".n": f"fill:{theme.plain};stroke:{theme.edge}",
        ".t": f"fill:{theme.rim}",
        ".m .l": f"stroke:{theme.card}",
        ".m .g": f"fill:{theme.card}",
    }


def _statuses(theme: Theme, statuses: list[Standing], by: By) -> dict[str, str]:
    rules = {}
    for status in statuses:
        line, tint = theme.status[status]
        name = CLASS[status]
        rules[f".m.{name} circle,.s.{name}"] = f"fill:{line}"
        rules[f"text.{name}"] = f"fill:{line}"
        if by == "status":
            rules[f".n.{name}"] = f"fill:{tint};stroke:{line}"
    return rules


def _executors(theme: Theme, executors: int, by: By) -> dict[str, str]:
    rules = {}
    for k, colour in enumerate(theme.executors[:executors]):
        rules[f".d{k}"] = f"fill:{colour}"
        rules[f".c{k}"] = f"fill:{colour};fill-opacity:{theme.tint}"
        if by == "executor":
            rules[f".n.y{k}"] = f"fill:{_mixed(colour, theme)};stroke:{colour}"
    return rules


def _mixed(colour: str, theme: Theme) -> str:
    """A tint that hides what is behind it."""
    pairs = [(int(colour[k : k + 2], 16), int(theme.card[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(c * theme.tint + b * (1 - theme.tint)):02x}" for c, b in pairs)
