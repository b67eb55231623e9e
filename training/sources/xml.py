"""XML as a stream of elements, defused: no entities of the document's own, nothing from outside,
no huge trees. It knows no data set.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from doctor_llama.errors import DatasetError
from training.sources import files


def elements(stream: BinaryIO, name: str, tag: str) -> Iterator[Any]:
    """Every finished element `{*}tag`; the caller clears what it has used.

    Raises `DatasetError` for entities, for what is not well formed and for a file that ends early.
    """
    try:
        context = etree.iterparse(
            stream,
            events=("end",),
            tag="{*}" + tag,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for number, (_, element) in enumerate(context):
            if not number:
                _refuse_entities(element, name)
            yield element
        _refuse_entities(context.root, name)
    except etree.XMLSyntaxError as error:
        raise DatasetError(
            f"{name} is damaged, or was cut off: {str(error).splitlines()[0] or 'it is empty'}. "
            "Nothing of it was used."
        ) from error


def _refuse_entities(root: Any, name: str) -> None:
    document = root.getroottree().docinfo.internalDTD
    if document is not None and next(document.iterentities(), None) is not None:
        raise DatasetError(
            f"{name} defines XML entities of its own. They can hide an attack, and no data set "
            "that we know needs them, so it was refused."
        )


def streams(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Every XML file of a path, a folder or a zip, open, with its name."""
    for file in files.find(path, (".xml",)):
        for name, _, handle in files.opened(file, (".xml",)):
            with handle() as stream, files.told(name):
                yield name, stream


def text(element: Any, path: str) -> str:
    """The text of a child, all of it, or nothing. `path` is of local names, `a/b`."""
    found = child(element, path)
    return "" if found is None else whole(found)


def whole(element: Any) -> str:
    """All text of an element."""
    return "".join(element.itertext()).strip()


def child(element: Any, path: str) -> Any:
    """The first child on a path of local names, whatever their namespace; None without one."""
    return element.find("/".join("{*}" + part for part in path.split("/")))


def children(element: Any, path: str) -> list[Any]:
    """All children on a path of local names."""
    found: list[Any] = element.findall("/".join("{*}" + part for part in path.split("/")))
    return found


def forget(element: Any) -> None:
    """Free an element of the top level and all before it."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]
