"""The small changes that a test should notice: what they are, and how to make one of them in a module's source.

A change is found by the name of its function and its words, not by its line, so that an explanation of it stays true
when lines move.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

TRIED = ("vault/*.py", "vault/services/*.py", "*/policies.py", "core/access.py")
"""What a run changes, below `src/ruangaman`: the vault, and whoever decides what somebody may do."""

DECLARATIONS = {"models.py", "records.py", "events.py", "errors.py", "apps.py"}
"""Modules that only declare; `./ruang check` and the tests of the architecture hold them against tables and pages."""

LEFT_OUT = "(left out)"
_WIDTH = 110

_BOUNDS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.BitXor: ast.BitAnd, ast.Div: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_LINKS = {"filter", "exclude", "select_for_update", "order_by", "distinct", "strip", "lower", "upper", "casefold"}
"""Calls in a chain that narrow, lock, order or tidy: the chain goes on without them."""
_WORDS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "_lazy"}
_STRUCTURE = {"property", "cached_property", "staticmethod", "classmethod", "dataclass", "overload", "override"}
_STRUCTURE |= {"contextmanager", "runtime_checkable", "final"}
_DECLARED = {"TypeVar", "TypeAlias", "ParamSpec", "getLogger"}


@dataclass(frozen=True)
class Change:
    """One change.

    Args:
        path: of the module, below `src/ruangaman`.
        function: dotted name inside the module; empty for what runs at import.
        nth: which one of several that read the same in this function.
        site: place in the walk over the tree; `choice`: which change there.
        cold: it acts at import, so a running process cannot take it on.
    """

    path: str
    function: str
    line: int
    was: str
    becomes: str
    site: int
    choice: int
    cold: bool
    nth: int = 1

    @property
    def words(self) -> str:
        """What is changed, as a line for people."""
        return f"{self.was} → {self.becomes}" + (f" (#{self.nth})" if self.nth > 1 else "")

    @property
    def key(self) -> str:
        """Name that stays when lines move."""
        return f"{self.path}::{self.function}: {self.words}"


@dataclass(frozen=True)
class _Site:
    """A node that can be changed, how to put another in its place, and where it stands."""

    node: ast.AST
    put: Callable[[ast.AST], None]
    function: str = ""
    cold: bool = True
    condition: bool = False
    """The whole of a condition: it becomes always and never."""
    test: bool = False
    """It or what holds it is such a condition, so a negation would add nothing."""
    message: bool = False
    truth: bool = False
    """It is what a function returns that promises True or False."""
    alone: bool = False
    """The only statement after an `if`: as good as gone when the condition is never met."""


def changes_of(source: str, path: str, *, declarations: bool = True) -> list[Change]:
    """Return every change of a module's source, in reading order.

    Args:
        declarations: also what runs at import; models leave it out, `./ruang check` compares them with the tables.
    """
    found: list[Change] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, site in enumerate(_walk(ast.parse(source))):
        if site.cold and not declarations:
            continue
        for choice, (was, becomes, _) in enumerate(_choices(site)):
            seen[site.function, was, becomes] += 1
            line = getattr(site.node, "lineno", 1)
            change = Change(path, site.function, line, was, becomes, number, choice, site.cold)
            found.append(replace(change, nth=seen[site.function, was, becomes]))
    return found


def changed(source: str, change: Change) -> ast.Module:
    """Return the module's tree with one change made. Raises LookupError: the source is not what it was."""
    tree = ast.parse(source)
    for number, site in enumerate(_walk(tree)):
        if number == change.site:
            was, becomes, new = list(_choices(site))[change.choice]
            if (was, becomes) != (change.was, change.becomes):
                raise LookupError(f"{change.key} is not there any more.")
            site.put(ast.copy_location(new, site.node))
            return ast.fix_missing_locations(tree)
    raise LookupError(f"{change.key} is not there any more.")


# --- where a change can be made --------------------------------------------------------------------------------------


def _walk(tree: ast.Module) -> Iterator[_Site]:
    yield from _children(tree, _Site(tree, lambda _: None))


def _children(node: ast.AST, above: _Site) -> Iterator[_Site]:
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "ctx", "type_params", "bases", "keywords"} and _is_declared(node, field):
            continue
        many = value if isinstance(value, list) else [value]
        for position, child in enumerate(many):
            if isinstance(child, ast.AST) and not _is_left_alone(child, node, field, position):
                yield from _enter(child, above, node, field, position if isinstance(value, list) else None)


def _enter(child: ast.AST, above: _Site, parent: ast.AST, field: str, position: int | None) -> Iterator[_Site]:
    def put(new: ast.AST) -> None:
        if position is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[position] = new

    in_body = isinstance(parent, ast.FunctionDef | ast.Lambda) and field == "body"
    condition = field in {"test", "ifs"}
    returned = isinstance(parent, ast.Return) and above.truth
    test = condition or returned or (above.test and isinstance(parent, ast.BoolOp | ast.UnaryOp))
    function = above.function
    if isinstance(child, ast.FunctionDef | ast.ClassDef):
        function = f"{function}.{child.name}".lstrip(".")
    if isinstance(parent, ast.FunctionDef) and field == "body" and _promises_truth(parent):
        truth = True
    else:
        truth = above.truth and not isinstance(child, ast.FunctionDef | ast.Lambda)
    site = _Site(
        child, put, function, above.cold and not in_body, condition, test,
        above.message or _is_message(child), truth,
        alone=isinstance(parent, ast.If) and field == "body" and len(parent.body) == 1 and not parent.orelse,
    )  # fmt: skip
    yield site
    yield from _children(child, site)


def _is_declared(node: ast.AST, field: str) -> bool:
    return field in {"annotation", "returns", "ctx", "type_params"} or isinstance(node, ast.ClassDef)


def _is_left_alone(child: ast.AST, parent: ast.AST, field: str, position: int) -> bool:
    """Docstrings, also those below a name; what only tells a type; how a thing looks in a debugger; log lines."""
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.FunctionDef) and child.name in {"__repr__", "__str__"}:
        return True
    if isinstance(child, ast.boolop | ast.operator | ast.unaryop | ast.cmpop | ast.expr_context):
        return True
    if isinstance(child, ast.keyword) and isinstance(parent, ast.Call) and _is_so_anyway(parent, child):
        return True
    if isinstance(child, ast.Import | ast.ImportFrom | ast.alias | ast.Global | ast.Nonlocal):
        return True
    if isinstance(child, ast.Assign) and (_sets_all(child) or _is_text_choice(parent)):
        return True
    if isinstance(child, ast.Call) and _name(child) == "dataclass":
        return True
    if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
        return True
    if isinstance(child, ast.Call) and _name(child.func) in {"cast", *_DECLARED}:
        return _name(child.func) != "cast"
    if isinstance(parent, ast.Call) and _name(parent.func) == "cast" and field == "args" and position == 0:
        return True
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Call) and _is_log(child.value)


def _is_so_anyway(call: ast.Call, keyword: ast.keyword) -> bool:
    """What is said though it is so in any case: that a row is new, its random id, that two lists are of one length."""
    if keyword.arg == "id":
        return _name(keyword.value) == "uuid4"
    return keyword.arg == "force_insert" or (keyword.arg == "strict" and _name(call.func) == "zip")


def _sets_all(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"


def _is_text_choice(parent: ast.AST) -> bool:
    """Codes that are stored as text and only ever named: another word for the same thing changes nothing."""
    return isinstance(parent, ast.ClassDef) and any(_name(base) == "TextChoices" for base in parent.bases)


def _is_log(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and _name(function.value).lstrip("_") in {"log", "logger"}


def _is_message(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node.func) in _WORDS)


def _promises_truth(function: ast.FunctionDef) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == "bool"


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return getattr(node, "attr", None) or getattr(node, "id", "") or ""


# --- what it can become ----------------------------------------------------------------------------------------------

_DOES_SOMETHING = ast.Raise | ast.Continue | ast.Break | ast.Expr | ast.AugAssign | ast.Delete
_Choice = tuple[str, str, ast.AST]


def _choices(site: _Site) -> Iterator[_Choice]:
    node = site.node
    if isinstance(node, ast.stmt):
        yield from _statement(node, site)
        return
    if isinstance(node, ast.ExceptHandler):
        deaf = ast.ExceptHandler(ast.Tuple([], ast.Load()), node.name, node.body)
        yield f"except {_short(node.type) if node.type else ''}", LEFT_OUT, deaf
        return
    if site.condition and not isinstance(node, ast.Constant):
        yield from _truths(node)
    if isinstance(node, ast.Constant) and not site.message:
        yield from _constant(node)
    elif isinstance(node, ast.Compare):
        yield from _comparison(node, site)
    elif isinstance(node, ast.BoolOp | ast.Set):
        parts = node.values if isinstance(node, ast.BoolOp) else node.elts
        yield from _without_each(node, parts)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub) and not site.test:
        yield _short(node), _short(node.operand), node.operand
    elif isinstance(node, ast.BinOp):
        yield from _operation(node)
    elif isinstance(node, ast.Call):
        yield from _call(node, site)
    elif isinstance(node, ast.JoinedStr) and not site.message:
        yield _short(node), "''", ast.Constant("")


def _truths(node: ast.AST) -> Iterator[_Choice]:
    """A condition always and never met; of `a and b` only what leaving out each part does not show already."""
    joined = node.op if isinstance(node, ast.BoolOp) else None
    for value in (True, False):
        if joined is None or isinstance(joined, ast.And) is not value:
            yield _short(node), str(value), ast.Constant(value)


def _constant(node: ast.Constant) -> Iterator[_Choice]:
    value = node.value
    new: object
    if isinstance(value, bool):
        new = not value
    elif isinstance(value, int | float):
        new = value + 1
    elif isinstance(value, str):
        new = "x" + value  # in front: behind a statement of SQL or a format it would change nothing
    elif isinstance(value, bytes):
        new = b"x" + value
    else:
        return
    yield _short(node), _short(ast.Constant(new)), ast.Constant(new)


def _comparison(node: ast.Compare, site: _Site) -> Iterator[_Choice]:
    for position, operator in enumerate(node.ops):
        kinds = [_BOUNDS.get(type(operator)), None if site.test else _OPPOSITES[type(operator)]]
        for kind in kinds:
            if kind is not None:
                ops = [kind() if index == position else one for index, one in enumerate(node.ops)]
                new = ast.Compare(node.left, ops, node.comparators)
                yield _short(node), _short(new), new


def _without_each(node: ast.BoolOp | ast.Set, parts: list[ast.expr]) -> Iterator[_Choice]:
    for position, part in enumerate(parts):
        rest = parts[:position] + parts[position + 1 :]
        if isinstance(node, ast.Set):
            if rest:
                yield f"{{… {_short(part)} …}}", LEFT_OUT, ast.Set(rest)
        else:
            word = "and" if isinstance(node.op, ast.And) else "or"
            yield f"{word} {_short(part)}", LEFT_OUT, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _operation(node: ast.BinOp) -> Iterator[_Choice]:
    if type(node.op) in _ARITHMETIC:
        new = ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
        yield _short(node), _short(new), new
        return
    sign = {ast.Add: "+", ast.Sub: "-", ast.BitOr: "|", ast.BitAnd: "&"}.get(type(node.op))
    if sign is None:
        return
    yield f"{sign} {_short(node.right)}", LEFT_OUT, node.left
    if sign != "-" and not isinstance(node.left, ast.BinOp):
        yield f"{_short(node.left)} {sign}", LEFT_OUT, node.right


def _call(node: ast.Call, site: _Site) -> Iterator[_Choice]:
    name = _name(node.func)
    if isinstance(node.func, ast.Name) and name in _NAMES:
        new = ast.Call(ast.Name(_NAMES[name], ast.Load()), node.args, [] if name == "sorted" else node.keywords)
        yield _short(node), _short(new), new
    if isinstance(node.func, ast.Attribute) and name in _LINKS:
        yield _short(node).removeprefix(_short(node.func.value)) or f".{name}", LEFT_OUT, node.func.value
    if site.message:
        return
    for position, keyword in enumerate(node.keywords):
        if keyword.arg is not None and not _is_so_anyway(node, keyword):
            rest = node.keywords[:position] + node.keywords[position + 1 :]
            yield f"{name}({keyword.arg}={_short(keyword.value)})", LEFT_OUT, ast.Call(node.func, node.args, rest)


def _statement(node: ast.stmt, site: _Site) -> Iterator[_Choice]:
    gone = ast.Pass()
    if isinstance(node, ast.Return) and node.value is not None:
        yield from _returned(node.value, site)
    elif isinstance(node, _DOES_SOMETHING) or _sets_something(node):
        if not site.alone:
            yield _short(node), LEFT_OUT, gone
    elif isinstance(node, ast.For):
        yield f"for {_short(node.target)} in {_short(node.iter)}", "for nothing", gone
    elif isinstance(node, ast.With) and not any(item.optional_vars for item in node.items):
        if all(_name(item.context_expr) == "atomic" for item in node.items):
            return  # inside the transaction of the unit of work, without which nothing is recorded
        new = ast.If(ast.Constant(True), node.body, [])
        yield f"with {', '.join(_short(item) for item in node.items)}", LEFT_OUT, new
    elif isinstance(node, ast.FunctionDef):
        for position, mark in enumerate(node.decorator_list):
            if _name(mark) not in _STRUCTURE:
                rest = node.decorator_list[:position] + node.decorator_list[position + 1 :]
                kept = ast.FunctionDef(node.name, node.args, node.body, rest, node.returns)
                yield f"@{_short(mark)}", LEFT_OUT, kept


def _sets_something(node: ast.stmt) -> bool:
    """Whether it puts a value into something that lives on: an attribute or an element, not a name."""
    if not isinstance(node, ast.Assign):
        return False
    flat = [one for target in node.targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return all(isinstance(one, ast.Attribute | ast.Subscript) for one in flat)


def _returned(value: ast.expr, site: _Site) -> Iterator[_Choice]:
    if isinstance(value, ast.Constant):
        return  # its own change says it all; None is None
    joined = value.op if isinstance(value, ast.BoolOp) else None
    for new in (True, False) if site.truth else (None,):
        if site.truth and joined is not None and isinstance(joined, ast.And) is new:
            continue  # leaving out each part shows as much
        yield f"return {_short(value)}", f"return {new}", ast.Return(ast.Constant(new))


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
