import pytest


def test_the_teams_are_all_that_a_shared_file_system_needs(found):
    assert found(files={"shared": {"teams": ["oncology", "cardiology"]}}) == []


@pytest.mark.parametrize("days", [1, 7, 365, "never"])
def test_files_move_after_days_that_efs_offers_or_never(found, days):
    assert found(files={"shared": {"teams": ["oncology"], "lifecycle_days": days}}) == []


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ({"teams": []}, "files.shared.teams"),
        ({}, "files.shared.teams: is missing"),
        ({"teams": ["Oncology"]}, '"Oncology" is not a name for a team.'),
        ({"teams": ["oncology", "oncology"]}, "oncology is here twice."),
        ({"teams": ["oncology"], "lifecycle_days": 31}, "files.shared.lifecycle_days: 31 is not"),
        ({"teams": ["oncology"], "backups": True}, "backups"),
        (
            {"teams": ["oncology"], "training": ["oncolgy"]},
            'files.shared.training[1]: "oncolgy" is not of the teams.',
        ),
    ],
)
def test_a_mistake_is_named(found, shared, said):
    (mistake,) = found(files={"shared": shared})
    assert said in mistake


LINKED = {"links": {"images": "curated.images", "results": "curated.results"}}


@pytest.mark.parametrize(
    "fast",
    [
        {},
        {"size_gb": 1200},
        {"size_gb": 4800, "throughput": 1000, "backup_days": 0},
        LINKED,
        {**LINKED, "exports": ["results"], "imports": []},
        {**LINKED, "backup_days": 0},
    ],
)
def test_a_fast_file_system_has_what_fsx_offers(found, fast):
    assert found(files={"fast": fast}) == []


@pytest.mark.parametrize(
    ("fast", "said"),
    [
        ({"size_gb": 1800}, "files.fast.size_gb: 1800 is not a size that FSx makes."),
        ({"size_gb": 3600}, "files.fast.size_gb: 3600 is not a size that FSx makes."),
        ({"throughput": 200}, "files.fast.throughput: 200 is not"),
        ({"links": {"Images": "curated.images"}}, '"Images" is not a name for a folder.'),
        ({"links": {"images": "curated"}}, '"curated" is not a place of the lake.'),
        ({"links": {"images": "cured.images"}}, "files.fast.links.images: cured is not a zone."),
        (
            {"links": {"images": "curated.images", "ct": "curated.images/ct"}},
            "files.fast.links.ct: curated.images/ct overlaps with curated.images of images.",
        ),
        ({**LINKED, "exports": ["result"]}, '"result" is not of the links.'),
        ({**LINKED, "imports": ["renamed"]}, "renamed"),
        ({**LINKED, "backup_days": 7}, "files.fast.backup_days: FSx backs up no file system that"),
        ({"backup_days": 91}, "files.fast.backup_days"),
        ({"links": {f"f{n}": f"curated.p{n}" for n in range(9)}}, "files.fast.links"),
    ],
)
def test_a_mistake_in_a_fast_file_system_is_named(found, fast, said):
    (mistake,) = found(files={"fast": fast})
    assert said in mistake


def test_places_that_only_begin_alike_do_not_overlap(found):
    links = {"images": "curated.images", "more": "curated.images-2", "raw": "raw.images"}
    assert found(files={"fast": {"links": links}}) == []


SYSTEMS = {"shared": {"teams": ["oncology"], "training": ["oncology"]}, "fast": LINKED}


def channels(found, files, **wanted):
    model = {"name": "readmission", "project": "templates/tabular", "training": {"files": wanted}}
    return found(files=files, models=[model])


def test_training_reads_folders_of_both_file_systems_and_what_is_below(found):
    wanted = {"images": "fast/images", "ct": "fast/images/ct", "notes": "shared/oncology/notes"}
    assert channels(found, SYSTEMS, **wanted) == []


def test_training_reads_any_folder_of_a_file_system_without_links(found):
    assert channels(found, {"fast": {}}, images="fast/anything") == []


@pytest.mark.parametrize(
    ("files", "place", "said"),
    [
        (SYSTEMS, "fast/image", "training.files.images: image is not in files.fast.links."),
        (SYSTEMS, "shared/radiology", "radiology is not in files.shared.training."),
        ({"shared": {"teams": ["oncology"]}}, "shared/oncology", "oncology is not in files.shared"),
        ({}, "fast/images", "there is no file system fast."),
        (SYSTEMS, "slow/images", '"slow/images" is not a folder of a file system.'),
        (SYSTEMS, "fast/images/../scans", "is not a folder of a file system."),
        (SYSTEMS, "fast", "is not a folder of a file system."),
    ],
)
def test_a_channel_of_a_folder_that_is_none_is_named(found, files, place, said):
    (mistake,) = channels(found, files, images=place)
    assert said in mistake


def test_a_channel_has_a_name_that_sagemaker_takes(found):
    (mistake,) = channels(found, SYSTEMS, **{"ct images": "fast/images"})
    assert '"ct images" is not a name for a channel.' in mistake
