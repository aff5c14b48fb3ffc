"""croissant.json: the export described for programs, in Croissant 1.1 (MLCommons) with PROV-O provenance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from curate.exporters.contents import Contents
from curate.exporters.formats.format import Format
from curate.exporters.layout import table_name
from curate.exporters.licences import licence_url
from curate.exporters.provenance_words import decisions_sentence
from curate.exporters.tasks.task import Column, Task
from curate.manifest_records import ManifestSpec

NAME = "croissant.json"
VERSION = "http://mlcommons.org/croissant/1.1"
_SAME = (
    *(
        "arrayShape",
        "citeAs",
        "column",
        "containedIn",
        "equivalentProperty",
        "extract",
        "field",
        "fileObject",
    ),
    *("fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
"""Terms of Croissant that are called as in its vocabulary."""
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _SAME},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
}


def croissant(
    task: Task, layout: Format, spec: ManifestSpec, contents: Contents, files: Mapping[str, str]
) -> bytes:
    """JSON-LD in one byte form.

    Args:
        task: What the records are.
        layout: Where tables and pictures lie.
        spec: What was asked for, and how it came to be.
        contents: Of all splits.
        files: sha256 by path, of the tables at least.
    """
    tables = {split: table_name(split, canonical=layout.canonical) for split in contents.splits()}
    described = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": spec.name,
        "version": spec.version,
        "description": task.card.summary(contents.tally),
        "license": [licence_url(name) for name in sorted(contents.licences())],
        "keywords": [task.card.tag, task.card.category],
        "distribution": [*_tables(tables, files), *(_pictures(tables) if layout.keeps_pictures else ())],
        "recordSet": [_record_set(split, task) for split in tables],
        "rai:dataAnnotationProtocol": decisions_sentence(spec.provenance),
        "rai:dataLimitations": task.card.limits,
        "prov:wasGeneratedBy": list(_activities(spec)),
    }
    return json.dumps(described, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _tables(tables: Mapping[str, str], files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for split, path in tables.items():
        yield {
            "@type": "cr:FileObject",
            "@id": f"{split}-table",
            "name": f"{split}-table",
            "description": f"One row per record of the split {split}.",
            "contentUrl": path,
            "encodingFormat": "application/x-parquet",  # as mlcroissant calls it
            "sha256": files[path],
        }


def _pictures(splits: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for split in splits:
        yield {
            "@type": "cr:FileSet",
            "@id": f"{split}-pictures",
            "name": f"{split}-pictures",
            "description": f"Pictures of the split {split}, each named by the sha256 of its bytes.",
            "encodingFormat": ["image/jpeg", "image/png"],
            "includes": [f"{split}/*/*.jpg", f"{split}/*/*.png"],
        }


def _record_set(split: str, task: Task) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"Records of the split {split}.",
        "key": {"@id": f"{split}/sample_id"},
        "field": [_field(split, column) for column in task.columns],
    }


def _field(split: str, column: Column) -> dict[str, Any]:
    kind, dimensions = column.kind, 0
    while pa.types.is_list(kind):
        kind, dimensions = kind.value_type, dimensions + 1
    shape = {"isArray": True, "arrayShape": ",".join(["-1"] * dimensions)} if dimensions else {}
    return {
        "@type": "cr:Field",
        "@id": f"{split}/{column.name}",
        "name": column.name,
        "description": column.meaning,
        "dataType": _data_type(kind),
        "source": {"fileObject": {"@id": f"{split}-table"}, "extract": {"column": column.name}},
        **shape,
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    return "sc:DateTime" if pa.types.is_timestamp(kind) else "sc:Text"


def _activities(spec: ManifestSpec) -> Iterator[dict[str, Any]]:
    """Models first, people after them: the order in which a record comes to be."""
    for model in spec.provenance.models:
        yield {
            "@type": "prov:Activity",
            "prov:type": model.role,
            "prov:wasAssociatedWith": {
                "@type": "prov:SoftwareAgent",
                "name": model.name,
                "identifier": model.fingerprint,
            },
        }
    yield {
        "@type": "prov:Activity",
        "prov:type": "review",
        "description": decisions_sentence(spec.provenance),
    }
