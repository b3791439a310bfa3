"""Directed graphs as mappings from a node to the nodes that it leads to."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Graph = Mapping[Node, Iterable[Node]]


def reachable(graph: "Graph[Node]", starts: Iterable[Node]) -> set[Node]:
    """Every node that can be come to from the starts, the starts included."""
    seen: set[Node] = set()
    ahead = list(starts)
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            ahead.extend(graph.get(here, ()))
    return seen


def reverse(graph: "Graph[Node]") -> dict[Node, list[Node]]:
    """The same graph with every arrow turned round."""
    turned: dict[Node, list[Node]] = {node: [] for node in graph}
    for node, nexts in graph.items():
        for other in nexts:
            turned.setdefault(other, []).append(node)
    return turned


def circles(graph: "Graph[Node]") -> list[list[Node]]:
    """The strongly connected components that hold a circle (Tarjan, without recursion).

    Nodes stand in the order of the graph's keys.
    """
    order = {node: i for i, node in enumerate(graph)}
    last = len(order)
    if all(order.get(other, last) > i for i, nexts in enumerate(graph.values()) for other in nexts):
        return []  # every arrow leads ahead
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, nexts = work[-1]
            for other in nexts:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = []
                    while True:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                        if part[-1] == node:
                            break
                    if len(part) > 1 or node in graph.get(node, ()):
                        found.append(sorted(part, key=lambda each: order.get(each, len(order))))
    return sorted(found, key=lambda part: order.get(part[0], len(order)))


def circle_through(graph: "Graph[Node]", start: Node) -> list[Node]:
    """A shortest way from a node back to itself; empty where there is none."""
    came_from: dict[Node, Node] = {}
    ahead = [start]
    while ahead:
        after = []
        for node in ahead:
            for other in graph.get(node, ()):
                if other == start:
                    way = [node]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return way[::-1]
                if other not in came_from:
                    came_from[other] = node
                    after.append(other)
        ahead = after
    return []
