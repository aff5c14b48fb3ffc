"""The tables, one class each. Keys named ``id`` stay inside Postgres; ``public_id`` is derived from content.

Verdicts live in ``decisions`` (append-only) and, derived from them, in ``pair_facts``; the state of a
group is never stored with the group, so that mining again cannot lose or misplace a decision.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Constraint names follow one rule so that migrations can name what they change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: BigInteger,
        float: Double,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
    }


def _key() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(always=True), primary_key=True)


def _now() -> Mapped[datetime]:
    return mapped_column(DateTime(timezone=True), server_default=func.now())


def _references(column: str, *, primary_key: bool = False, index: bool = False) -> Mapped[int]:
    return mapped_column(ForeignKey(column, ondelete="RESTRICT"), primary_key=primary_key, index=index)


class KnownMediaStore(Base):
    """The one media store that ``thumbnail_sha256`` and ``vector_blocks`` refer to."""

    __tablename__ = "media_stores"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # What the file ``store-id`` in the root of the store says.
    store_id: Mapped[str]
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)


class Photo(Base):
    """One image file by content. Originals stay where they are; see ``photo_files``."""

    __tablename__ = "photos"
    id: Mapped[int] = _key()
    sha256: Mapped[str] = mapped_column(unique=True)
    byte_count: Mapped[int]
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    orientation: Mapped[int]
    mode: Mapped[str]
    exif: Mapped[dict[str, Any]]
    has_location: Mapped[bool]
    # Postgres has no unsigned integers: the 64 bits are stored in two's complement.
    perceptual_hash: Mapped[int]
    thumbnail_sha256: Mapped[str]
    source: Mapped[str | None]
    licence: Mapped[str | None]
    consent: Mapped[str | None]
    ingested_at: Mapped[datetime] = _now()


class PhotoFile(Base):
    """Where a photo's bytes were seen. One photo may lie in several places."""

    __tablename__ = "photo_files"
    uri: Mapped[str] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = _references("photos.id", index=True)
    # Size and time, or the store's own tag: unchanged means the bytes need not be read again.
    state_token: Mapped[str]
    seen_at: Mapped[datetime] = _now()


class Takedown(Base):
    """The tombstone of a photo: its row stays, so that the same bytes are known when they come back."""

    __tablename__ = "takedowns"
    photo_id: Mapped[int] = _references("photos.id", primary_key=True)
    reason: Mapped[str | None]
    by: Mapped[str]
    # Whether local originals go too.
    originals: Mapped[bool] = mapped_column(server_default=false())
    at: Mapped[datetime] = _now()
    # NULL until all is erased: a killed takedown is typed again, or finished by the doctor.
    finished_at: Mapped[datetime | None]


class Model(Base):
    """A model of any role, or a set of human boxes as a detector, known by its fingerprint."""

    __tablename__ = "models"
    id: Mapped[int] = _key()
    fingerprint: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    name: Mapped[str]


class Detected(Base):
    """This photo has been through this detector: the photo's objects are complete."""

    __tablename__ = "detected"
    photo_id: Mapped[int] = _references("photos.id", primary_key=True)
    model_id: Mapped[int] = _references("models.id", primary_key=True)
    object_count: Mapped[int]


class Object(Base):
    """One detected thing in one photo, in pixels of the upright photo."""

    __tablename__ = "objects"
    id: Mapped[int] = _key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    photo_id: Mapped[int] = _references("photos.id")
    model_id: Mapped[int] = _references("models.id")
    x: Mapped[float]
    y: Mapped[float]
    width: Mapped[float]
    height: Mapped[float]
    score: Mapped[float]
    label: Mapped[str]
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="box_has_area"),
        Index(None, "photo_id", "model_id"),
    )


class VectorBlock(Base):
    """An immutable file in the media store: vectors and the public ids they belong to."""

    __tablename__ = "vector_blocks"
    id: Mapped[int] = _key()
    model_id: Mapped[int] = _references("models.id")
    sha256: Mapped[str]
    vector_count: Mapped[int]
    dimension: Mapped[int]
    # Not unique over all models: two fingerprints may compute the same vectors.
    __table_args__ = (UniqueConstraint("model_id", "sha256"),)


class Embedded(Base):
    """This object has a vector by this embedder: a row of that block."""

    __tablename__ = "embedded"
    object_id: Mapped[int] = _references("objects.id", primary_key=True)
    model_id: Mapped[int] = _references("models.id", primary_key=True)
    block_id: Mapped[int] = _references("vector_blocks.id", index=True)
    row: Mapped[int]


class Failure(Base):
    """An input that could not be processed. Gone as soon as a later attempt succeeds."""

    __tablename__ = "failures"
    stage: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    # The model's fingerprint where a model was involved, otherwise empty.
    fingerprint: Mapped[str] = mapped_column(primary_key=True, default="")
    reason: Mapped[str]
    attempts: Mapped[int]
    last_at: Mapped[datetime] = _now()


class MiningRun(Base):
    """One comparison of all objects. The same objects and parameters are the same run."""

    __tablename__ = "mining_runs"
    id: Mapped[int] = _key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    embedder_id: Mapped[int] = _references("models.id")
    detector_id: Mapped[int] = _references("models.id")
    rule: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime] = _now()
    __table_args__ = (CheckConstraint("rule IN ('compact', 'star')", name="known_rule"),)


class Edge(Base):
    """Two objects of different photos inside the band; ``left_id`` < ``right_id``."""

    __tablename__ = "edges"
    run_id: Mapped[int] = _references("mining_runs.id", primary_key=True)
    left_id: Mapped[int] = _references("objects.id", primary_key=True)
    right_id: Mapped[int] = _references("objects.id", primary_key=True)
    similarity: Mapped[float]
    __table_args__ = (CheckConstraint("left_id < right_id", name="ordered"),)


class ReviewItem(Base):
    """Something people vote on: a pair, a removal, or a group's set of members, whatever run found it."""

    __tablename__ = "review_items"
    id: Mapped[int] = _key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    __table_args__ = (CheckConstraint("kind IN ('group', 'pair', 'removal')", name="known_kind"),)


class ReviewMember(Base):
    """The objects an item is about."""

    __tablename__ = "review_members"
    item_id: Mapped[int] = _references("review_items.id", primary_key=True)
    # By object too: a vote on some pairs tells about every item that holds them.
    object_id: Mapped[int] = _references("objects.id", primary_key=True, index=True)


class Group(Base):
    """A recurrence group that a mining run found."""

    __tablename__ = "groups"
    id: Mapped[int] = _key()
    run_id: Mapped[int] = _references("mining_runs.id")
    item_id: Mapped[int] = _references("review_items.id", index=True)
    weakest: Mapped[float]
    __table_args__ = (UniqueConstraint("run_id", "item_id"),)


class GroupMember(Base):
    """A view: an object in a group, with its cosine to the anchor (rank 0)."""

    __tablename__ = "group_members"
    group_id: Mapped[int] = _references("groups.id", primary_key=True)
    object_id: Mapped[int] = _references("objects.id", primary_key=True)
    rank: Mapped[int]
    similarity: Mapped[float]


class Decision(Base):
    """One reviewer's verdict on one item. Append-only: a trigger refuses anything but INSERT."""

    __tablename__ = "decisions"
    id: Mapped[int] = _key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    item_id: Mapped[int] = _references("review_items.id", index=True)
    reviewer: Mapped[str]
    reviewer_kind: Mapped[str]
    verdict: Mapped[str]
    # Members set apart by public id: ``different``, ``variant``, ``near_duplicate`` or ``second``.
    marks: Mapped[dict[str, Any]]
    undoes_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id", ondelete="RESTRICT"), unique=True
    )
    reason: Mapped[str | None]
    # Settles an item that others disagree about or flagged.
    adjudicates: Mapped[bool] = mapped_column(server_default=false())
    # Of a counterfactual pair: what had been measured on it when the reviewer spoke. An acceptance holds for
    # the masks of that check only.
    check_id: Mapped[int | None] = mapped_column(ForeignKey("pair_checks.id", ondelete="RESTRICT"))
    # Made up by whoever sends the decision, so that sending it again changes nothing.
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    # From the card's painting to the key, as the reviewer's browser measured it.
    seconds: Mapped[float | None]
    decided_at: Mapped[datetime] = _now()
    __table_args__ = (
        CheckConstraint("reviewer_kind IN ('person', 'automatic')", name="known_reviewer_kind"),
        CheckConstraint("verdict IN ('accept', 'reject', 'flag', 'undo')", name="known_verdict"),
        CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_a_decision"),
        Index(None, "reviewer", "id"),
    )


class PairFact(Base):
    """What one standing decision says about two objects. Derived: it goes when its decision is undone."""

    __tablename__ = "pair_facts"
    decision_id: Mapped[int] = _references("decisions.id", primary_key=True)
    left_id: Mapped[int] = _references("objects.id", primary_key=True)
    right_id: Mapped[int] = _references("objects.id", primary_key=True, index=True)
    relation: Mapped[str]
    __table_args__ = (
        CheckConstraint("left_id < right_id", name="ordered"),
        CheckConstraint(
            "relation IN ('same', 'different', 'variant', 'near_duplicate', 'unsaid')", name="known_relation"
        ),
        Index(None, "left_id", "right_id"),
    )


class ReviewRule(Base):
    """How items of one kind are reviewed, for everybody who shares this database."""

    __tablename__ = "review_rules"
    kind: Mapped[str] = mapped_column(primary_key=True)
    votes_needed: Mapped[int] = mapped_column(server_default="1")
    votes_asked: Mapped[int] = mapped_column(server_default="1")
    ordering: Mapped[str] = mapped_column(server_default="uncertain")
    # The mining run whose groups stand in the queue.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("mining_runs.id", ondelete="RESTRICT"))
    __table_args__ = (
        CheckConstraint("kind IN ('group', 'pair', 'removal')", name="known_kind"),
        CheckConstraint("votes_needed BETWEEN 1 AND votes_asked", name="votes_can_agree"),
        CheckConstraint("ordering IN ('uncertain', 'likely')", name="known_ordering"),
    )


class _Queued:
    """What stands in a queue, with its state as of the last vote that tells about it."""

    # Served in this order; at least one in four stands where the lot put it.
    position: Mapped[int]
    random_draw: Mapped[bool]
    # ``open``, ``accepted``, ``rejected``, ``partial`` (a group), ``disputed`` (derived) or ``flagged``.
    state: Mapped[str]
    # How many more people should look at it now; 0 once it is settled or waits for an adjudicator.
    votes_wanted: Mapped[int]
    # Who has nothing more to say about it. Kept here, because a claim passes over all that its reviewer has
    # decided and others have not, and a look into ``decisions`` for each takes ten times as long.
    voters: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class _Lease:
    """A reviewer holds this until ``expires_at``; ``seat`` tells their windows apart."""

    reviewer: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[UUID]
    # Whoever saw others' votes on the adjudicator's desk does not cast a blind one.
    desk: Mapped[str]
    expires_at: Mapped[datetime]


class _Skip:
    """A reviewer would rather see this last."""

    reviewer: Mapped[str] = mapped_column(primary_key=True)
    skipped_at: Mapped[datetime] = _now()


def _serving_order(table: str, states: str) -> tuple[CheckConstraint | Index, ...]:
    return (
        CheckConstraint(f"state IN ({states})", name="known_state"),
        Index(f"ix_{table}_wanted", "position", postgresql_where=text("votes_wanted > 0")),
        Index(
            f"ix_{table}_adjudicated", "position", postgresql_where=text("state IN ('disputed', 'flagged')")
        ),
    )


class QueuedItem(_Queued, Base):
    """A group of the review queue; its voters are those whose decision on it stands."""

    __tablename__ = "review_queue"
    item_id: Mapped[int] = _references("review_items.id", primary_key=True)
    __table_args__ = _serving_order(
        __tablename__, "'open', 'accepted', 'rejected', 'partial', 'disputed', 'flagged'"
    )


class ReviewLease(_Lease, Base):
    """On a group."""

    __tablename__ = "review_leases"
    item_id: Mapped[int] = _references("review_queue.item_id", primary_key=True)
    __table_args__ = (Index(None, "reviewer", "seat"),)


class ReviewSkip(_Skip, Base):
    """Of a group."""

    __tablename__ = "review_skips"
    item_id: Mapped[int] = _references("review_queue.item_id", primary_key=True)


class QueuedCase(_Queued, Base):
    """All removals of one object, which one person looks at together; its voters are done with all of them.

    The decisions are on the removals. The key is called as in ``QueuedItem``, so that both are leased alike.
    """

    __tablename__ = "removal_queue"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("objects.id", ondelete="RESTRICT"), primary_key=True
    )
    __table_args__ = _serving_order(__tablename__, "'open', 'accepted', 'rejected', 'disputed', 'flagged'")


class CaseLease(_Lease, Base):
    """On all removals of one object."""

    __tablename__ = "removal_leases"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("removal_queue.object_id", ondelete="RESTRICT"), primary_key=True
    )
    __table_args__ = (Index(None, "reviewer", "seat"),)


class CaseSkip(_Skip, Base):
    """Of all removals of one object."""

    __tablename__ = "removal_skips"
    item_id: Mapped[int] = mapped_column(
        "object_id", ForeignKey("removal_queue.object_id", ondelete="RESTRICT"), primary_key=True
    )


class Person(Base):
    """Someone who may use the shared review app."""

    __tablename__ = "people"
    # Lower case, as the login service vouches for it; decisions are signed with it.
    email: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    added_at: Mapped[datetime] = _now()
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email <> ''", name="lower_case"),
        CheckConstraint("role IN ('photographer', 'curator', 'adjudicator', 'admin')", name="known_role"),
    )


class Frame(Base):
    """A photo handed in for a pair: its bytes lie in the media store, and no detector looks at it."""

    __tablename__ = "frames"
    photo_id: Mapped[int] = _references("photos.id", primary_key=True)
    stored_at: Mapped[datetime] = _now()


class FrameSender(Base):
    """Who had the bytes of a frame in hand. Knowing its sha256 alone must not be enough to see it."""

    __tablename__ = "frame_senders"
    photo_id: Mapped[int] = _references("frames.photo_id", primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    # What they called the file first.
    name: Mapped[str]


class Shoot(Base):
    """One set-up of a photographer, with rights that hold for all of its pairs."""

    __tablename__ = "shoots"
    id: Mapped[int] = _key()
    public_id: Mapped[UUID] = mapped_column(unique=True)
    photographer: Mapped[str]
    name: Mapped[str]
    licence: Mapped[str | None]
    consent: Mapped[str | None]
    # Kept for evaluation: never exported for training.
    held_out: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = _now()
    __table_args__ = (
        UniqueConstraint("photographer", "name"),
        CheckConstraint("photographer <> '' AND name <> ''", name="named"),
    )


class ShootCorrection(Base):
    """What was said of a shoot before somebody said otherwise; ``shoots`` has what holds now. Append-only."""

    __tablename__ = "shoot_corrections"
    id: Mapped[int] = _key()
    shoot_id: Mapped[int] = _references("shoots.id", index=True)
    # The column of ``shoots``.
    what: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime] = _now()
    __table_args__ = (
        CheckConstraint("what IN ('name', 'licence', 'consent')", name="known_what"),
        CheckConstraint("old IS DISTINCT FROM new", name="changes"),
    )


class Pair(Base):
    """A counterfactual pair; its public id is that of its review item.

    Append-only, but that a nameless object may get a name; later names are ``PairObjectName``.
    """

    __tablename__ = "pairs"
    id: Mapped[int] = _key()
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id", ondelete="RESTRICT"), unique=True)
    factual_id: Mapped[int] = _references("frames.photo_id")
    counterfactual_id: Mapped[int] = _references("frames.photo_id", index=True)
    shoot_id: Mapped[int] = _references("shoots.id", index=True)
    kind: Mapped[str]
    object_name: Mapped[str | None]
    handed_in_by: Mapped[str]
    handed_in_at: Mapped[datetime] = _now()
    __table_args__ = (
        UniqueConstraint("factual_id", "counterfactual_id"),
        CheckConstraint("factual_id <> counterfactual_id", name="two_frames"),
        CheckConstraint("kind IN ('pair', 'triplet', 'burst')", name="known_kind"),
    )


class PairObjectName(Base):
    """What the object of a pair is called instead; the newest name counts. Append-only."""

    __tablename__ = "pair_object_names"
    id: Mapped[int] = _key()
    pair_id: Mapped[int] = _references("pairs.id", index=True)
    name: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = _now()
    __table_args__ = (CheckConstraint("name <> ''", name="named"),)


class PairSuccession(Base):
    """One pair took the place of another. Append-only: the latest row that names a pair says how it stands.

    Rows and not a column of ``pairs``, because swapping the frames twice makes the first pair current again.
    """

    __tablename__ = "pair_successions"
    id: Mapped[int] = _key()
    old_id: Mapped[int] = _references("pairs.id", index=True)
    new_id: Mapped[int] = _references("pairs.id", index=True)
    by: Mapped[str]
    at: Mapped[datetime] = _now()
    __table_args__ = (CheckConstraint("old_id <> new_id", name="two_pairs"),)


class PairMask(Base):
    """An object mask that somebody corrected; the newest one counts. Append-only."""

    __tablename__ = "pair_masks"
    id: Mapped[int] = _key()
    pair_id: Mapped[int] = _references("pairs.id", index=True)
    # A PNG in the media store.
    sha256: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = _now()


class PairCheck(Base):
    """What was measured on a pair by one version of the checks with one mask. Append-only.

    The newest row made with the newest mask counts; a measurement that is asked for again is added again.
    """

    __tablename__ = "pair_checks"
    id: Mapped[int] = _key()
    pair_id: Mapped[int] = _references("pairs.id", index=True)
    # Hash of the checks, their thresholds and the models that were asked.
    fingerprint: Mapped[str]
    # The same hash without models, if models were asked: this check answers for that one too.
    includes: Mapped[str | None]
    # The corrected mask it was measured with, none if the program found the object.
    given_mask_sha256: Mapped[str | None]
    verdict: Mapped[str]
    sentence: Mapped[str]
    # Everything measured, with the findings, and which models were asked.
    report: Mapped[dict[str, Any]]
    # Set if the counterfactual has to be moved before the pair is used.
    alignment: Mapped[dict[str, Any] | None]
    # PNGs in the media store.
    mask_sha256: Mapped[str]
    effect_sha256: Mapped[str]
    alpha_sha256: Mapped[str]
    change_sha256: Mapped[str]
    report_sha256: Mapped[str]
    checked_at: Mapped[datetime] = _now()
    __table_args__ = (CheckConstraint("verdict IN ('pass', 'warn', 'fail')", name="known_verdict"),)


class Removal(Base):
    """Output of a remover for one object; its public id is that of its review item. Append-only."""

    __tablename__ = "removals"
    id: Mapped[int] = _key()
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id", ondelete="RESTRICT"), unique=True)
    object_id: Mapped[int] = _references("objects.id")
    remover_id: Mapped[int] = _references("models.id")
    segmenter_id: Mapped[int] = _references("models.id")
    # Hash of remover, segmenter and the dilation that was asked for: one removal each.
    recipe: Mapped[str] = mapped_column(index=True)
    # By how many pixels the object's mask was widened, asked for or by the default rule.
    dilation: Mapped[int]
    # The working region, pixels of the upright photo: outside of it the output is the photo.
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    # PNGs of the upright photo's size in the media store: the photo without the object, the mask that the
    # remover got, and the object's own mask.
    output_sha256: Mapped[str]
    mask_sha256: Mapped[str]
    object_mask_sha256: Mapped[str]
    # Of the remover alone.
    seconds: Mapped[float]
    made_at: Mapped[datetime] = _now()
    __table_args__ = (
        UniqueConstraint("object_id", "recipe"),
        CheckConstraint("x >= 0 AND y >= 0 AND width > 0 AND height > 0", name="region_has_area"),
        CheckConstraint("dilation >= 0", name="dilation_widens"),
    )


class RemovalMeasurement(Base):
    """Numbers of one removal by one version of the measures; the newest row counts. Append-only."""

    __tablename__ = "removal_measurements"
    id: Mapped[int] = _key()
    removal_id: Mapped[int] = _references("removals.id")
    # Hash of the measures, their thresholds and the models that were asked.
    fingerprint: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    suggested_reasons: Mapped[list[str]]
    measured_at: Mapped[datetime] = _now()
    # Not unique with the fingerprint: going back to earlier measures is one more row.
    __table_args__ = (Index(None, "removal_id", "id"),)


class Caption(Base):
    """What somebody, or a captioner, says of an object's picture. Append-only: people's newest words count.

    Empty words take a person's earlier ones back. Only when its photo is taken down does a caption go.
    """

    __tablename__ = "captions"
    id: Mapped[int] = _key()
    object_id: Mapped[int] = _references("objects.id")
    # The captioner; none if a person wrote it.
    model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id", ondelete="RESTRICT"))
    by: Mapped[str | None]
    text: Mapped[str]
    # Made up by whoever sends a person's words, so that sending them again changes nothing.
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    said_at: Mapped[datetime] = _now()
    __table_args__ = (
        CheckConstraint("(model_id IS NULL) <> (by IS NULL)", name="one_source"),
        CheckConstraint("model_id IS NULL OR text <> ''", name="captioners_say_something"),
        CheckConstraint("char_length(text) <= 500", name="short"),
        # One caption by each captioner; people's rows have no captioner and are not compared.
        UniqueConstraint("object_id", "model_id"),
        Index(None, "model_id", "id"),
    )


class PhotoSplit(Base):
    """The split a photo was first exported in. It never changes."""

    __tablename__ = "photo_splits"
    photo_id: Mapped[int] = _references("photos.id", primary_key=True)
    split: Mapped[str]
    __table_args__ = (CheckConstraint("split IN ('train', 'validation', 'test')", name="known_split"),)


class Manifest(Base):
    """An exported approved set, known by the hash of its content."""

    __tablename__ = "manifests"
    id: Mapped[int] = _key()
    content_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    version: Mapped[str]
    task: Mapped[str]
    format: Mapped[str] = mapped_column(server_default="imagefolder")
    spec: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    written_at: Mapped[datetime] = _now()


class ManifestFolder(Base):
    """Every folder that a manifest was written to: content that was exported twice lies in two."""

    __tablename__ = "manifest_folders"
    manifest_id: Mapped[int] = _references("manifests.id", primary_key=True)
    directory: Mapped[str] = mapped_column(primary_key=True)
    written_at: Mapped[datetime] = _now()


class ManifestDecision(Base):
    """The decisions a manifest rests on."""

    __tablename__ = "manifest_decisions"
    manifest_id: Mapped[int] = _references("manifests.id", primary_key=True)
    decision_id: Mapped[int] = _references("decisions.id", primary_key=True)


class ManifestPhoto(Base):
    """The photos a manifest holds."""

    __tablename__ = "manifest_photos"
    manifest_id: Mapped[int] = _references("manifests.id", primary_key=True)
    photo_id: Mapped[int] = _references("photos.id", primary_key=True, index=True)
