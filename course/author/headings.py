"""The headings of a built notebook: where its prose is cut, and how deep each is."""

from collections.abc import Iterator

from course.author.notebook import Cell, Notebook

FENCE = "```"


def headings(made: Notebook) -> dict[str, int]:
    """Give how deep the first heading of each cell is that has one, by the cell's key."""
    return {cell["id"]: level(cell) for cell in split(made) if level(cell)}


def split(made: Notebook) -> Iterator[Cell]:
    """Give the cells, prose cut before each of its headings.

    The part with a cell's first heading keeps its key; what is before it and behind it has another.
    """
    for cell in made["cells"]:
        if cell["cell_type"] != "markdown":
            yield cell
            continue
        texts = at_headings(cell["source"])
        first = next((n for n, text in enumerate(texts) if text.startswith("#")), 0)
        for number, text in enumerate(texts):
            key = cell["id"] if number == first else f"{cell['id']} {number}"
            yield {**cell, "id": key, "source": text}


def at_headings(text: str) -> list[str]:
    """Cut prose before each of its headings; what a fence holds is none."""
    parts: list[list[str]] = [[]]
    fenced = False
    for line in text.strip().splitlines():
        if line.startswith("#") and not fenced and parts[-1]:
            parts.append([])
        fenced ^= line.startswith(FENCE)
        parts[-1].append(line)
    return ["\n".join(lines).strip() for lines in parts]


def level(cell: Cell) -> int:
    """Give how deep a cell's heading is: 1 for `#`; 0 for a cell that does not begin with one."""
    first = cell["source"].lstrip().partition(" ")[0]
    return len(first) if cell["cell_type"] == "markdown" and set(first) == {"#"} else 0


def title(cell: Cell) -> str:
    """Give a cell's heading; nothing for a cell that does not begin with one."""
    return cell["source"].lstrip().partition("\n")[0].lstrip("#").strip() if level(cell) else ""
