"""Whose a downloaded file is, whatever a system makes of it; no file stops another."""

import io
import os
import unicodedata
import zipfile

import pytest
from batches import Batch

from pooling_lab.grading import collect, gradebook, release

ASSIGNMENT = "1-output-sizes"
NOTEBOOKS = ("output_sizes", "implement_pooling", "gradients_and_properties", "project")
NAMES = [
    ("s1234567_output_sizes.ipynb", "s1234567"),
    ("Ada Lovelace_98_assignsubmission_file_s1234567_output_sizes.ipynb", "s1234567"),
    ("Ada Lovelace_98_assignsubmission_file_/s1234567_output_sizes.ipynb", "s1234567"),
    ("lovelaceada_LATE_12345_67890_s7654321_implement_pooling-1.ipynb", "s7654321"),
    ("s1013_output_sizes (1).ipynb", "s1013"),
    ("Müller_gradients_and_properties.ipynb", "Müller"),
    ("ada.lovelace-2_output_sizes.ipynb", "ada.lovelace-2"),
    ("ada@uni.edu_project.ipynb", "ada@uni.edu"),
    ("Bo Berg_98766_assignsubmission_file_output_sizes.ipynb", None),
    ("output_sizes.ipynb", None),
    ("my homework.ipynb", None),
    ("s 1008_output_sizes.ipynb", None),
]


@pytest.mark.parametrize(("name", "student"), NAMES)
def test_whose_file_it_is(name, student):
    found = collect.pattern(NOTEBOOKS).search(name)
    assert (found and found["student"]) == student


def zipped(files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for (name, when), data in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), data)
    return held.getvalue()


EARLY, LATE = (2026, 4, 19, 9, 0, 0), (2026, 4, 20, 21, 40, 0)
DECOMPOSED = unicodedata.normalize("NFD", "Müller")

# What lies in ``archive``, whom it is collected for, and what is told about whom.
COLLECTED = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "Müller", "s8", "s9", "s10"}
TOLD = {
    ("s2", "s2_output_sizes.ipynb.txt", "its ending was another"),
    ("s3", "s3_output_sizes.ipynb.json", "its ending was another"),
    ("s4", "s4_output_sizes.IPYNB", "its ending was another"),
    ("s5", "s5_output_sizes.ipynb", "there are 2 files of this student"),
    ("s7", "s7_output_sizes.ipynb", "there are 2 files of this student"),
    ("s11", "s11_output_sizes.html", "it is an HTML page"),
    ("s12", "s12_output_sizes.zip", "broken archive"),
    ("s13", "s13_output_sizes.pdf", "it is a document"),
    ("s15", ".s15_output_sizes.ipynb.icloud", "it is a placeholder"),
    ("", "half.zip", "broken archive"),
    ("", "my homework.ipynb", "does not say whose it is"),
    ("", "s14_implement_pooling.ipynb", "it names implement_pooling"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose downloads hold everything that was seen among downloads."""
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    for source in release.sources(batch.course):
        if source.stem == "implement_pooling":
            release.release(batch.course, source)
    data = batch.released.read_bytes()
    archive = batch.course / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    inner = zipped({("s9_output_sizes.ipynb", EARLY): data})
    files = {
        "s1_output_sizes.ipynb": data,
        "s2_output_sizes.ipynb.txt": data,
        "s3_output_sizes.ipynb.json": data,
        "s4_output_sizes.IPYNB": data,
        "s10_output_sizes.ipynb": b"\0\0\0",
        "s11_output_sizes.html": b"<p>",
        "s12_output_sizes.zip": b"PK\x03\x04 and no more",
        "s13_output_sizes.pdf": b"%PDF",
        ".s15_output_sizes.ipynb.icloud": b"bplist00",
        "half.zip": zipped({("s99_output_sizes.ipynb", EARLY): data})[:900],
        "my homework.ipynb": data,
        "s14_implement_pooling.ipynb": data,
        "all.zip": zipped(
            {
                ("s5_output_sizes.ipynb", EARLY): b"the first try",
                ("again/s5_output_sizes.ipynb", LATE): data,
                ("s6/s6_output_sizes.ipynb", EARLY): data,
                ("s6/.ipynb_checkpoints/s6_output_sizes-checkpoint.ipynb", LATE): b"{}",
                ("__MACOSX/s6/._s6_output_sizes.ipynb", LATE): b"{}",
                (f"{DECOMPOSED}_98_file_{DECOMPOSED}_output_sizes.ipynb", EARLY): data,
                ("../../s8_output_sizes.ipynb", EARLY): data,
                ("inner.zip", EARLY): inner,
            }
        ),
    }
    for name, content in files.items():
        (archive / name).write_bytes(content)
    for name, when in (("S7_output_sizes.ipynb", 2_000_000_000), ("s7_output_sizes.ipynb", 1)):
        (archive / name).write_bytes(data)
        os.utime(archive / name, (when, when))
    (batch.course / "submitted" / "s7").mkdir(parents=True)
    said = release.nbgrader(batch.course, "zip_collect", ASSIGNMENT)
    return batch, said


def test_everybody_whose_file_is_one_is_collected(course):
    batch, said = course
    found = {path.parents[1].name for path in (batch.course / "submitted").rglob("*.ipynb")}
    assert found == COLLECTED, said


def test_the_newest_of_several_counts(course):
    batch, _ = course
    for student in ("s5", "s7"):
        path = batch.course / "submitted" / student / ASSIGNMENT / "output_sizes.ipynb"
        assert path.read_bytes() == batch.released.read_bytes()


def test_nothing_is_written_outside_of_the_folder(course):
    batch, _ = course
    extracted = batch.course / "downloaded" / ASSIGNMENT / "extracted"
    everywhere = {*batch.course.rglob("*s8_output_sizes.ipynb")}
    assert everywhere == {*extracted.rglob("*s8_output_sizes.ipynb")} != set()


def test_what_was_not_collected_as_it_came_is_told(course):
    batch, _ = course
    told = collect.read_told(batch.course / "downloaded" / ASSIGNMENT / collect.TOLD)
    found = {(one.student, one.file): one.why for one in told}
    assert found.keys() == {(student, file) for student, file, _ in TOLD}
    for student, file, why in TOLD:
        assert why in found[student, file]


def test_the_class_report_tells_it_of_each_student(course):
    batch, _ = course
    rows = {row.student: row for row in gradebook.read(batch.course)}
    assert "it is an HTML page: ask for the .ipynb file" in rows["s11"].reason
    assert "broken archive" in rows["s12"].reason
    assert "it was collected as s2_output_sizes.ipynb" in rows["s2"].notes[0]
    assert {row.student: row.status for row in rows.values()} == dict.fromkeys(
        COLLECTED | {"s11", "s12", "s13", "s15"}, "not graded"
    )


def test_files_that_name_nobody_are_in_the_class_report_too(course):
    batch, _ = course
    assert {file for _, file, _ in gradebook.of_nobody(batch.course)} == {
        *("half.zip", "my homework.ipynb", "s14_implement_pooling.ipynb")
    }


def test_a_second_download_takes_the_place_of_the_first(course):
    batch, _ = course
    archive = batch.course / "downloaded" / ASSIGNMENT / "archive"
    (archive / "s12_output_sizes.zip").unlink()
    (archive / "s12_output_sizes.ipynb").write_bytes(batch.released.read_bytes())
    release.nbgrader(batch.course, "zip_collect", ASSIGNMENT, "--force")
    assert (batch.course / "submitted" / "s12" / ASSIGNMENT / "output_sizes.ipynb").exists()
    told = collect.read_told(batch.course / "downloaded" / ASSIGNMENT / collect.TOLD)
    assert "s12" not in {one.student for one in told}
