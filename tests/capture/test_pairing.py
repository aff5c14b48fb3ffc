"""Photos of a folder are paired by order, time and looks, or a person is asked."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.capture.pairing import FoundFrame, found_frame, pair_up
from curate.capture.records import CameraSettings
from curate.photos.facts import examine

START = datetime(2026, 3, 1, 12)
KITCHEN, STAIRS = 0x0F0F0F0F0F0F0F0F, 0xF0F0F0F0F0F0F0F0


def frame(name, *, scene=KITCHEN, seconds=None, size=(600, 400), kind="JPEG", sha256=None, **settings):
    taken_at = None if seconds is None else START + timedelta(seconds=seconds)
    camera = CameraSettings(taken_at=taken_at, **settings)
    return FoundFrame(name, sha256 or name, kind, camera, *size, scene)


def shown(groups):
    return [(group.counterfactual.name, *(each.name for each in group.factuals)) for group in groups]


def test_two_frames_of_a_scene_are_a_pair_and_the_last_is_the_clean_plate():
    pairing = pair_up([frame("b2", scene=STAIRS), frame("a1"), frame("a2"), frame("b1", scene=STAIRS)])
    assert shown(pairing.pairs) == [("a2", "a1"), ("b2", "b1")]
    assert pairing.triplets == pairing.bursts == pairing.doubtful == []


def test_the_clean_plate_may_come_first():
    assert shown(pair_up([frame("a1"), frame("a2")], clean_first=True).pairs) == [("a1", "a2")]


def test_three_frames_are_a_triplet():
    frames = [frame("1"), frame("2"), frame("3")]
    assert shown(pair_up(frames).triplets) == [("3", "1", "2")]
    assert shown(pair_up(frames, clean_first=True).triplets) == [("1", "2", "3")]


def test_four_frames_need_a_word_from_the_photographer():
    frames = [frame(name) for name in ("1", "2", "3", "4")]
    (doubt,) = pair_up(frames).doubtful
    assert (len(doubt.frames), doubt.long_scene) == (4, True)
    assert doubt.sentence.startswith("1 to 4 are 4 frames of one scene: say whether")
    assert shown(pair_up(frames, long_scenes="burst").bursts) == [("4", "1", "2", "3")]
    assert shown(pair_up(frames, long_scenes="pairs").pairs) == [("2", "1"), ("4", "3")]
    (odd,) = pair_up([*frames, frame("5")], long_scenes="pairs").doubtful
    assert "odd number" in odd.sentence


def test_names_sort_as_people_count():
    assert shown(pair_up([frame("IMG_10"), frame("IMG_9")]).pairs) == [("IMG_10", "IMG_9")]


def test_the_cameras_clock_comes_before_names():
    pairing = pair_up([frame("IMG_0001", seconds=20), frame("IMG_9999", seconds=0)])  # the counter began anew
    assert shown(pairing.pairs) == [("IMG_0001", "IMG_9999")]


def test_a_long_pause_parts_two_frames():
    (first, second) = pair_up([frame("1", seconds=0), frame("2", seconds=3600)]).doubtful
    assert first.sentence == "1 has no partner: take its other frame, or pair it by hand."
    assert second.frames[0].name == "2"


def test_frames_that_look_different_are_not_paired():
    assert len(pair_up([frame("1"), frame("2", scene=STAIRS)]).doubtful) == 2


def test_two_lone_neighbours_are_a_pair_though_they_look_different():
    large = [frame("1", seconds=0), frame("2", scene=STAIRS, seconds=30)]
    far = [frame("3", seconds=900), frame("4", seconds=930), frame("5", scene=STAIRS, seconds=2000)]
    pairing = pair_up([*large, *far])
    assert shown(pairing.pairs) == [("2", "1"), ("4", "3")]
    assert [doubt.frames[0].name for doubt in pairing.doubtful] == ["5"]


@pytest.mark.parametrize(
    "other",
    [
        {"seconds": 90},
        {"seconds": None},
        {"seconds": 30, "size": (300, 200)},
        {"seconds": 30, "iso": 800},
    ],
)
def test_lone_frames_that_are_far_apart_or_taken_otherwise_are_not_paired(other):
    pairing = pair_up([frame("1", seconds=0, iso=100), frame("2", scene=STAIRS, **{"iso": 100} | other)])
    assert (pairing.pairs, len(pairing.doubtful)) == ([], 2)


def test_a_lone_frame_that_two_neighbours_could_claim_is_left_to_a_person():
    row = [frame("1", seconds=0), frame("2", scene=STAIRS, seconds=30), frame("3", seconds=60)]
    pairing = pair_up(row)
    assert (pairing.pairs, len(pairing.doubtful)) == ([], 3)


def test_frames_on_both_sides_of_a_pair_do_not_belong_together():
    row = [frame(str(number), seconds=10 * number) for number in range(4)]
    assert shown(pair_up([row[0], row[3]]).pairs) == [("3", "0")]
    pairing = pair_up(row, paired={"1", "2"})
    assert (pairing.pairs, [doubt.frames[0].name for doubt in pairing.doubtful]) == ([], ["0", "3"])


def test_the_other_file_of_a_paired_shot_is_left_out():
    frames = [
        frame(f"IMG_{number}.{suffix}", seconds=number, kind=kind)
        for number in (1, 2)
        for suffix, kind in (("CR2", "CR2"), ("jpg", "JPEG"))
    ]
    for paired, others in ((".CR2", ".jpg"), (".jpg", ".CR2")):
        pairing = pair_up(frames, paired={f"IMG_1{paired}", f"IMG_2{paired}"})
        assert pairing.pairs == []
        assert [doubt.frames[0].name for doubt in pairing.doubtful] == [f"IMG_1{others}", f"IMG_2{others}"]


def test_other_settings_and_sizes_are_doubtful():
    (doubt,) = pair_up([frame("1", iso=100), frame("2", iso=400)]).doubtful
    assert doubt.sentence == (
        "1 and 2 look alike, but the sensitivity changed from ISO 100 to ISO 400: "
        "pair them by hand if they belong together."
    )
    (doubt,) = pair_up([frame("1"), frame("2", size=(300, 200))]).doubtful
    assert "differ in size" in doubt.sentence


def test_the_same_bytes_count_once():
    pairing = pair_up([frame("1"), frame("2", sha256="1"), frame("3")])
    assert shown(pairing.pairs) == [("3", "1")]
    assert [doubt.sentence for doubt in pairing.doubtful] == ["2 holds the same bytes as 1: it is left out."]


def test_of_raw_and_jpeg_of_one_shot_the_raw_counts():
    frames = [
        frame(f"IMG_{number}.{suffix}", seconds=number, kind=kind)
        for number in (1, 2)
        for suffix, kind in (("CR2", "CR2"), ("jpg", "JPEG"))
    ]
    pairing = pair_up(frames)
    assert shown(pairing.pairs) == [("IMG_2.CR2", "IMG_1.CR2")]
    assert pairing.doubtful[0].sentence == "IMG_1.jpg is the same shot as IMG_1.CR2: it is left out."


def test_an_empty_folder_is_no_problem():
    assert pair_up([]).pairs == []


def test_a_frame_is_made_of_what_ingest_learned(encode, scene, exif_of):
    exif = exif_of(Model="R5", DateTimeOriginal="2026:03:01 12:30:59")
    data = encode(scene, "JPEG", exif=exif)
    found = found_frame("a.jpg", examine(data, "a.jpg").facts)
    assert (found.width, found.height, found.format) == (96, 64, "JPEG")
    assert found.camera.taken_at == datetime(2026, 3, 1, 12, 30, 59)


@pytest.mark.parametrize("long_scenes", ["ask", "burst", "pairs"])
@settings(deadline=None)
@given(data=st.data())
def test_every_frame_ends_in_one_place(long_scenes, data):
    frames = [
        frame(
            f"{number}.jpg",
            scene=data.draw(st.sampled_from([KITCHEN, STAIRS])),
            seconds=data.draw(st.one_of(st.none(), st.integers(0, 2000))),
            sha256=str(data.draw(st.integers(0, 20))),
            iso=data.draw(st.sampled_from([None, 100, 800])),
        )
        for number in range(data.draw(st.integers(0, 12)))
    ]
    pairing = pair_up(frames, long_scenes=long_scenes, clean_first=data.draw(st.booleans()))
    groups = [*pairing.pairs, *pairing.triplets, *pairing.bursts]
    placed = [each.name for group in groups for each in (group.counterfactual, *group.factuals)]
    placed += [each.name for doubt in pairing.doubtful for each in doubt.frames]
    assert sorted(placed) == sorted(each.name for each in frames)
