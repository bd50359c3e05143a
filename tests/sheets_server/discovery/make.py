"""Regenerates the stripped discovery documents beside this file. A developer's tool, run by hand.

::

    pip install google-api-python-client
    python tests/sheets_server/discovery/make.py

Google's documents (Apache-2.0, shipped in that package) say every message's fields and types.
Kept: schemas, methods, their parameters. Dropped: descriptions, examples, what nothing here reads.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DOCUMENTS = ("sheets.v4", "drive.v3")
_KEPT = (
    *("$ref", "type", "format", "enum", "items", "properties", "additionalProperties"),
    *("readOnly", "repeated", "required"),
)


def stripped(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with only what the server checks against."""
    return {
        "revision": document["revision"],
        "parameters": {name: _kept(it) for name, it in document["parameters"].items()},
        "schemas": {name: _kept(it) for name, it in document["schemas"].items()},
        "methods": dict(_methods(document["resources"])),
    }


def _kept(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if "items" in kept:
        kept["items"] = _kept(kept["items"])
    if "properties" in kept:
        kept["properties"] = {name: _kept(it) for name, it in kept["properties"].items()}
    if "read-only" in schema.get("description", "").lower():
        kept["readOnly"] = True
    return kept


def _methods(resources: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for resource in resources.values():
        found += [(one["id"], _method(one)) for one in resource.get("methods", {}).values()]
        found += _methods(resource.get("resources", {}))
    return found


def _method(method: dict[str, Any]) -> dict[str, Any]:
    return {
        "verb": method["httpMethod"],
        "path": method.get("flatPath", method["path"]),
        "request": method.get("request", {}).get("$ref", ""),
        "response": method.get("response", {}).get("$ref", ""),
        "parameters": {n: _kept(p) for n, p in method.get("parameters", {}).items()},
        "scopes": method.get("scopes", []),
    }


def shipped() -> Path:
    """Where the installed package keeps its documents."""
    package = importlib.import_module("googleapiclient")
    return Path(str(package.__file__)).parent / "discovery_cache" / "documents"


def main() -> None:
    for name in DOCUMENTS:
        document = json.loads((shipped() / f"{name}.json").read_text("utf-8"))
        text = json.dumps(stripped(document), separators=(",", ":"), sort_keys=True)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
