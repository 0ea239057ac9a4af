"""Which functions of the program the desk can come to, read from the code itself.

Begins with everything in `alerts/web/desk/` and what is found by name at run time (checks of the linter and
the doctor, readers of sources), and follows each name. A method is reached where its class is used and its
name is asked for; that is more than really happens, never less. Of a part of the library (`project.articles`)
only the methods that are asked of that part are reached.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import alerts

_NOT_OURS = ("alerts.cli", "alerts.web.api", "alerts.hub", "alerts.demo", "alerts.store.migrations")
_FARTHEST = 6  # modules that hand a name on
_BY_NAME = ("alerts.lint.checks.", "alerts.doctor.")  # their functions are in registers


class Place(NamedTuple):
    """A function, a class or a value: its module, and its name there (`Class.method` for a method)."""

    module: str
    name: str


_PROJECT = Place("alerts.library.project", "Project")
_PARTS = Place("alerts.library.parts", "Parts")


class Program:
    """The modules of the program, the names that each defines, and those that it imports from another."""

    def __init__(self) -> None:
        self.modules = dict(_modules())
        self.defined: dict[Place, ast.stmt] = {}
        self.imported: dict[Place, Place] = {}
        self.methods: dict[str, list[tuple[Place, Place]]] = defaultdict(list)
        for module, tree in self.modules.items():
            for node in tree.body:
                self._define(module, node)
            for one in ast.walk(tree):
                if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("alerts"):
                    for name in one.names:
                        here = Place(module, name.asname or name.name)
                        self.imported[here] = Place(str(one.module), name.name)

    def _define(self, module: str, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.defined[Place(module, node.name)] = node
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                self.defined[Place(module, target.id)] = node
        if isinstance(node, ast.ClassDef):
            for one in node.body:
                if isinstance(one, ast.FunctionDef):
                    method = Place(module, f"{node.name}.{one.name}")
                    self.defined[method] = one
                    self.methods[one.name].append((Place(module, node.name), method))

    def meant(self, module: str, name: str) -> Place | None:
        """What a name means in a module: where it is defined."""
        place: Place | None = Place(module, name)
        for _ in range(_FARTHEST):
            if place is None or place in self.defined:
                return place
            place = self.imported.get(place)
        return None

    def module_meant(self, module: str, name: str) -> str:
        """The module of the program that a name means, or an empty text."""
        found = self.imported.get(Place(module, name))
        dotted = ".".join(found) if found else ""
        return dotted if dotted in self.modules else ""

    def bases(self, place: Place) -> Iterator[Place]:
        """A class of ours and those that it inherits from."""
        node = self.defined[place]
        assert isinstance(node, ast.ClassDef)
        yield place
        for base in node.bases:
            if isinstance(base, ast.Name) and (found := self.meant(place.module, base.id)):
                yield from self.bases(found)


@cache
def program() -> Program:
    """The program, read once."""
    return Program()


def _modules() -> Iterator[tuple[str, ast.Module]]:
    root = Path(alerts.__file__).parent
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text())


class _Walk:
    def __init__(self) -> None:
        self.program = program()
        self.reached: set[Place] = set()
        self.used: set[Place] = set()  # classes
        self.asked: set[str] = set()  # names of methods
        self.asked_of_parts: set[tuple[str, str]] = set()
        self.todo: list[Place] = []
        self.parts = self._parts()

    def _parts(self) -> dict[str, Place]:
        """The class of each part of a project, by the name of the part."""
        node, found = self.program.defined[_PARTS], {}
        assert isinstance(node, ast.ClassDef)
        for one in node.body:
            if isinstance(one, ast.FunctionDef) and isinstance(one.returns, ast.Constant):
                place = self.program.meant(_PARTS.module, str(one.returns.value))
                assert place is not None, one.name
                found[one.name] = place
        return found

    def run(self) -> set[Place]:
        self._use(_PROJECT)
        for place, node in self.program.defined.items():
            named = place.module.startswith(_BY_NAME) or (
                place.module.startswith("alerts.sources.") and place.name == "read"
            )
            if place.module.startswith("alerts.web.desk") or named:
                self._reach(place) if not isinstance(node, ast.ClassDef) else self._use(place)
        while self.todo:
            place = self.todo.pop()
            self._follow(place, self.program.defined[place])
        return self.reached

    def _reach(self, place: Place) -> None:
        if place not in self.reached and not place.module.startswith(_NOT_OURS):
            self.reached.add(place)
            self.todo.append(place)

    def _use(self, place: Place) -> None:
        """A class is used: its special methods are reached, and those that somebody asks for."""
        if place in self.used:
            return
        for base in self.program.bases(place):
            self.used.add(base)
            node = self.program.defined[base]
            for one in ast.walk(node):
                if isinstance(one, ast.FunctionDef) and (
                    one.name.startswith("__")
                    or (one.name in self.asked and base not in self.parts.values())
                ):
                    method = Place(base.module, f"{base.name}.{one.name}")
                    if method in self.program.defined:
                        self._reach(method)

    def _ask(self, name: str) -> None:
        self.asked.add(name)
        for owner, method in self.program.methods.get(name, ()):
            if owner in self.used and owner not in self.parts.values():
                self._reach(method)

    def _ask_part(self, part: str, name: str) -> None:
        self.asked_of_parts.add((part, name))
        for owner in self.program.bases(self.parts[part]):
            method = Place(owner.module, f"{owner.name}.{name}")
            if method in self.program.defined:
                self._reach(method)

    def _follow(self, place: Place, node: ast.AST) -> None:
        attributes = [one for one in ast.walk(node) if isinstance(one, ast.Attribute)]
        taken = {one.attr for one in attributes} & self.parts.keys()
        for one in ast.walk(node):
            if isinstance(one, ast.Name):
                self._named(self.program.meant(place.module, one.id))
        for attribute in attributes:
            self._attribute(place, attribute, taken)

    def _attribute(self, place: Place, node: ast.Attribute, taken: set[str]) -> None:
        """`taken`: the parts that the function names; a variable may be one of them."""
        of = node.value
        if isinstance(of, ast.Name) and (module := self.program.module_meant(place.module, of.id)):
            self._named(self.program.meant(module, node.attr))
            return
        owner, _, method = place.name.partition(".")
        parts = [name for name, one in self.parts.items() if one == (place.module, owner)]
        if isinstance(of, ast.Attribute) and of.attr in self.parts:
            self._ask_part(of.attr, node.attr)
        elif method and isinstance(of, ast.Name) and of.id == "self" and parts:
            self._ask_part(parts[0], node.attr)
        elif isinstance(of, ast.Name):
            for part in taken:
                self._ask_part(part, node.attr)
        if node.attr not in self.asked:
            self._ask(node.attr)

    def _named(self, place: Place | None) -> None:
        if place is None or place.module.startswith(_NOT_OURS):
            return
        if isinstance(self.program.defined[place], ast.ClassDef):
            self._use(place)
        else:
            self._reach(place)


@cache
def reached() -> frozenset[Place]:
    """The functions and values that the desk can come to."""
    return frozenset(_Walk().run())
