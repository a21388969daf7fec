"""No module leads back to itself: the way through the house has no circles."""

import grimp


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Groups of modules that lead to each other (strongly connected components by Kosaraju)."""
    leads_to = {module: sorted(graph.find_modules_directly_imported_by(module)) for module in sorted(graph.modules)}
    comes_from: dict[str, list[str]] = {module: [] for module in leads_to}
    for module, others in leads_to.items():
        for other in others:
            comes_from.setdefault(other, []).append(module)
    order: list[str] = []
    seen: set[str] = set()
    for module in leads_to:
        order += _walk(module, leads_to, seen)
    seen.clear()
    groups = [_walk(module, comes_from, seen) for module in reversed(order) if module not in seen]
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _walk(start: str, edges: dict[str, list[str]], seen: set[str]) -> list[str]:
    """What can be reached from ``start``, in the order in which it is left for good."""
    done: list[str] = []
    path = [(start, iter(edges.get(start, ())))] if start not in seen else []
    seen.add(start)
    while path:
        module, others = path[-1]
        other = next((one for one in others if one not in seen), None)
        if other is None:
            done.append(module)
            path.pop()
        else:
            seen.add(other)
            path.append((other, iter(edges.get(other, ()))))
    return done


def test_there_is_no_circle() -> None:
    assert circles(grimp.build_graph("qa_engine", "workers", cache_dir=None)) == []


def test_a_circle_is_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [["a", "b", "c"]]
