"""The tables, one class each, by what they are about.

Keys named ``id`` stay inside Postgres; ``public_id`` is derived from content.

Verdicts live in ``decisions`` (append-only) and, derived from them, in ``pair_facts``; the state of a
group is never stored with the group, so that mining again cannot lose or misplace a decision.
"""

from __future__ import annotations

from curate.database.tables.base import Base
from curate.database.tables.capture import (
    Frame,
    FrameSender,
    Pair,
    PairCheck,
    PairMask,
    PairObjectName,
    PairSuccession,
    Shoot,
    ShootCorrection,
)
from curate.database.tables.manifests import Manifest, ManifestDecision, ManifestFolder, ManifestPhoto
from curate.database.tables.mining import Analysis, Edge, Group, GroupMember, MiningRun, RunObjects
from curate.database.tables.objects import Caption, Detected, Embedded, Failure, Model, Object, VectorBlock
from curate.database.tables.photos import KnownMediaStore, Photo, PhotoFile, PhotoSplit, Takedown
from curate.database.tables.queues import CaseLease, CaseSkip, QueuedCase, QueuedItem, ReviewLease, ReviewSkip
from curate.database.tables.removals import Removal, RemovalMeasurement
from curate.database.tables.review import Decision, PairFact, Person, ReviewItem, ReviewMember, ReviewRule

__all__ = [
    "Analysis",
    "Base",
    "Caption",
    "CaseLease",
    "CaseSkip",
    "Decision",
    "Detected",
    "Edge",
    "Embedded",
    "Failure",
    "Frame",
    "FrameSender",
    "Group",
    "GroupMember",
    "KnownMediaStore",
    "Manifest",
    "ManifestDecision",
    "ManifestFolder",
    "ManifestPhoto",
    "MiningRun",
    "Model",
    "Object",
    "Pair",
    "PairCheck",
    "PairFact",
    "PairMask",
    "PairObjectName",
    "PairSuccession",
    "Person",
    "Photo",
    "PhotoFile",
    "PhotoSplit",
    "QueuedCase",
    "QueuedItem",
    "Removal",
    "RemovalMeasurement",
    "ReviewItem",
    "ReviewLease",
    "ReviewMember",
    "ReviewRule",
    "ReviewSkip",
    "RunObjects",
    "Shoot",
    "ShootCorrection",
    "Takedown",
    "VectorBlock",
]
