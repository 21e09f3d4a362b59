"""Whose a downloaded file is, whatever a learning-management system puts before its name."""

import re

import pytest
from batches import HERE
from traitlets.config import PyFileConfigLoader

from pooling_lab.grading import building

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
    ("__MACOSX/s1015/._s1015_output_sizes.ipynb", None),
    ("s1015/._s1015_output_sizes.ipynb", None),
    ("s1015/.ipynb_checkpoints/s1015_output_sizes-checkpoint.ipynb", None),
]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    course = building.new_course(HERE, tmp_path_factory.mktemp("course"))
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    return config.FileNameCollectorPlugin.named_regexp


@pytest.mark.parametrize("folder", ["", "/home/i_am/course/downloaded/1-output-sizes/extracted/"])
@pytest.mark.parametrize(("name", "student"), NAMES)
def test_whose_file_it_is(pattern, folder, name, student):
    found = re.match(pattern, folder + name)
    assert (found and found["student_id"]) == student
