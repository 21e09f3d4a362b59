"""What is in data/: found, whole, described as it is, and scattered as promised."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pooling_lab import data

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data"
TABLE_ROW = re.compile(r"\| `([\w.]+)` \| ([\d×]+) \| (\w+) \| `([0-9a-f]{64})` \|")
ROWS = TABLE_ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))


def stored(name: str) -> np.ndarray:
    path = FOLDER / name
    if path.suffix == ".csv":
        return np.loadtxt(path, dtype=np.uint8, delimiter=",")
    with Image.open(path) as picture:
        return np.array(picture)


# -- the files -------------------------------------------------------------------------------


def test_the_readme_names_every_file_and_every_file_is_named():
    data_files = {p.name for p in FOLDER.iterdir() if p.suffix not in (".md", ".py")} - {
        "__pycache__"
    }
    assert {name for name, *_ in ROWS} == data_files == set(data.SHA256)


@pytest.mark.parametrize(("name", "shape", "dtype", "sha256"), ROWS)
def test_the_readme_tells_shape_dtype_and_sha256_of(name, shape, dtype, sha256):
    array = stored(name)
    assert "×".join(map(str, array.shape)) == shape
    assert array.dtype == dtype
    assert sha256 == data.SHA256[name]
    assert data._checked(name) == FOLDER / name


def test_the_small_photo_is_the_2x2_average_of_the_large_one():
    for name in data.PHOTOS:
        large = data.load_photo(name, 512)[:448, 32:480].astype(int)
        means = (large[::2, ::2] + large[1::2, ::2] + large[::2, 1::2] + large[1::2, 1::2]) / 4
        assert (data.load_photo(name, 224) == np.floor(means + 0.5)).all()


def test_the_maker_of_the_photos_makes_them_again():
    pytest.importorskip("skimage", reason="scikit-image carries the originals (extra `bench`)")
    photos = runpy.run_path(str(FOLDER / "make_data.py"))["photos"]()
    assert len(photos) == 4
    for name, pixels in photos.items():
        np.testing.assert_array_equal(stored(name), pixels)


# -- found in a clone and in an installed package, missing, damaged --------------------------


@pytest.fixture(params=["data", "_data"])
def package_elsewhere(request, tmp_path, monkeypatch):
    """A copy of the data beside a package (a clone) or inside it (an installed one)."""
    package = tmp_path / "pooling_lab"
    folder = package / "_data" if request.param == "_data" else tmp_path / "data"
    shutil.copytree(FOLDER, folder)
    package.mkdir(exist_ok=True)
    monkeypatch.setattr(data, "__file__", str(package / "data.py"))
    return folder


def test_data_is_found_beside_the_package_and_inside_it(package_elsewhere):
    assert data._checked("digits.csv").parent == package_elsewhere
    assert len(data.load_digits()[0]) == 1797
    assert data.load_photo().shape == (224, 224, 3)


def command_that_restores(folder: Path, name: str) -> str:
    if folder.name == "_data":
        return "-m pip install --force-reinstall --no-deps pooling-lab"
    return f"git checkout -- data/{name}"


def test_a_missing_file_is_named_with_the_command_that_restores_it(package_elsewhere):
    (package_elsewhere / "camera_512.png").unlink()
    with pytest.raises(FileNotFoundError) as error:
        data.load_photo("camera", 512)
    assert "data/camera_512.png is missing" in str(error.value)
    assert command_that_restores(package_elsewhere, "camera_512.png") in str(error.value)


@pytest.mark.parametrize(
    ("harm", "damage"),
    [
        ("cut short", lambda content: content[:-100]),
        ("empty", lambda content: b""),
        ("line endings changed", lambda content: content.replace(b"\n", b"\r\n")),
        ("one number changed", lambda content: content.replace(b"13", b"12", 1)),
    ],
)
def test_a_damaged_file_is_named_with_the_command_that_restores_it(package_elsewhere, harm, damage):
    path = package_elsewhere / "digits.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(OSError, match=r"data/digits\.csv is damaged") as error:
        data.load_digits()
    assert command_that_restores(package_elsewhere, "digits.csv") in str(error.value)


def test_an_installed_wheel_carries_the_data_and_finds_it(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling builds the wheel: pip install hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    question = (
        "import sys; sys.path.insert(0, 'site'); from pooling_lab import data;"
        "print(data._checked('digits.csv').as_posix(), data.load_photo('camera').shape)"
    )
    run = [sys.executable, "-I", "-c", question]
    answer = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert answer.stdout.strip().endswith("site/pooling_lab/_data/digits.csv (224, 224)")


# -- photos ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "shape"),
    [
        ("astronaut", 224, (224, 224, 3)),
        ("astronaut", 512, (512, 512, 3)),
        ("camera", 224, (224, 224)),
        ("camera", 512, (512, 512)),
    ],
)
def test_photos_come_in_two_sizes_with_full_range_and_their_own_memory(name, size, shape):
    photo = data.load_photo(name, size)
    assert (photo.shape, photo.dtype) == (shape, np.uint8)
    assert photo.min() < 5 and photo.max() > 250
    photo[:] = 0  # a student may: the next one who loads it must not notice
    assert data.load_photo(name, size).max() > 250


def test_planes_come_first_and_share_the_memory():
    photo = data.load_photo()
    planes = data.as_planes(photo)
    assert planes.shape == (3, 224, 224)
    assert np.shares_memory(planes, photo)
    np.testing.assert_array_equal(planes[2], photo[:, :, 2])


@pytest.mark.parametrize("shape", [(3, 224, 224), (5,), (2, 4, 4, 3)])
def test_planes_refuse_what_is_no_photo(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        data.as_planes(np.zeros(shape))


# -- digits ----------------------------------------------------------------------------------


def test_digits_are_ink_counts_with_about_180_of_each_kind():
    images, labels = data.load_digits()
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.uint8)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert set(np.unique(images)) == set(range(17))
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_the_digits_of_the_project_can_be_left_out():
    (everything, labels), (kept, names) = data.load_digits(), data.load_digits(project=False)
    others = [i for i in range(1797) if i % 6]
    assert len(others) == 1797 - 300
    np.testing.assert_array_equal(kept, everything[others])
    np.testing.assert_array_equal(names, labels[others])


def test_whether_the_project_is_among_them_is_yes_or_no():
    with pytest.raises(TypeError, match="project must be True or False, not int 0"):
        data.load_digits(project=0)


def crop(scattered: data.Scattered, i: int) -> np.ndarray:
    row, column = scattered.corners[i]
    return scattered.clean[i, row : row + 8, column : column + 8]


def test_a_scattered_digit_is_whole_and_all_around_it_is_empty():
    images, labels = data.load_digits()
    known = {
        (image / np.float32(16)).tobytes(): label
        for image, label in zip(images, labels, strict=True)
    }
    scattered = data.scattered_digits(50, canvas=20, seed=5)
    for i, label in enumerate(scattered.labels):
        assert known[crop(scattered, i).tobytes()] == label
        assert scattered.clean[i].sum() == crop(scattered, i).sum()
    np.testing.assert_array_equal(scattered.images, scattered.clean)
    assert scattered.images.dtype == np.float32


def test_digits_reach_every_place_the_canvas_allows():
    corners = data.scattered_digits(1000, canvas=11).corners
    assert {tuple(corner) for corner in corners.tolist()} == {
        (row, column) for row in range(4) for column in range(4)
    }


@pytest.mark.parametrize(("canvas", "corner"), [(8, 0), (9, 0), (16, 4), (17, 4)])
def test_centred_digits_lie_in_the_middle(canvas, corner):
    corners = data.scattered_digits(3, canvas=canvas, centred=True).corners
    assert (corners == corner).all()


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    settings: dict[str, Any] = {"canvas": 16, "noise": 0.1, "clutter": 2}
    first, again, other = (data.scattered_digits(20, seed=s, **settings) for s in (7, 7, 8))
    for field, repeated, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(field, repeated)
        assert (field != different).any()


def test_noise_clutter_and_centring_leave_the_choice_of_digits_alone():
    plain = data.scattered_digits(20, seed=7)
    for settings in ({"noise": 0.3}, {"clutter": 4}, {"centred": True}):
        changed = data.scattered_digits(20, seed=7, **settings)
        np.testing.assert_array_equal(changed.labels, plain.labels)
        if "centred" not in settings:
            np.testing.assert_array_equal(changed.clean, plain.clean)
            assert (changed.images != plain.images).any()


def test_noise_has_the_asked_for_deviation_and_clutter_only_adds_ink():
    noisy = data.scattered_digits(200, canvas=32, noise=0.25)
    assert np.std(noisy.images - noisy.clean) == pytest.approx(0.25, rel=0.02)
    cluttered = data.scattered_digits(200, canvas=32, clutter=5)
    assert (cluttered.images >= cluttered.clean).all()
    assert cluttered.images.max() <= 1
    more_ink = (cluttered.images - cluttered.clean).sum(axis=(1, 2))
    assert (more_ink > 0).mean() > 0.99


def test_no_digit_is_drawn_for_two_purposes_and_none_is_forgotten():
    drawn = {
        split: {crop(s, i).tobytes() for i in range(count)}
        for split, count in (("train", 898), ("test", 599), ("project", 300))
        for s in [data.scattered_digits(count, seed=3, split=split)]
    }
    assert len(set.union(*drawn.values())) == sum(map(len, drawn.values())) == 1797


def test_digits_repeat_only_when_all_have_been_drawn():
    scattered = data.scattered_digits(600, split="test")
    assert len({crop(scattered, i).tobytes() for i in range(599)}) == 599
    assert len(scattered.labels) == 600


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: data.load_photo("lena"), ValueError, "name must be one of 'astronaut', 'camera'"),
        (lambda: data.load_photo(3), TypeError, "name must be one of .* not int 3"),
        (lambda: data.load_photo(size=100), ValueError, "size must be one of 224, 512, got 100"),
        (lambda: data.load_photo(size=224.0), TypeError, "size must be a whole number, not float"),
        (lambda: data.scattered_digits(0), ValueError, "count must be at least 1, got 0"),
        (lambda: data.scattered_digits(2.5), TypeError, "count must be a whole number, not float"),
        (lambda: data.scattered_digits(True), TypeError, "count must be a whole number, not bool"),
        (lambda: data.scattered_digits(1, 7), ValueError, "canvas must be at least 8, got 7"),
        (lambda: data.scattered_digits(1, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: data.scattered_digits(1, seed=None), TypeError, "seed must be a whole number"),
        (lambda: data.scattered_digits(1, split="all"), ValueError, "split must be one of"),
        (lambda: data.scattered_digits(1, centred=1), TypeError, "centred must be True or False"),
        (lambda: data.scattered_digits(1, noise=-0.1), ValueError, "noise must be .* got -0.1"),
        (lambda: data.scattered_digits(1, noise=np.nan), ValueError, "noise must be .* got nan"),
        (lambda: data.scattered_digits(1, noise="a bit"), TypeError, "noise must be a number"),
        (lambda: data.scattered_digits(1, clutter=-1), ValueError, "clutter must be at least 0"),
    ],
)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
