"""The course without a clone: installed from the wheel, opened from an empty folder."""

from __future__ import annotations

import driving
import pytest
from installed import build_wheel, make_environment
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    place = tmp_path_factory.mktemp("installed")
    return make_environment(place / "env", build_wheel(place / "dist"), "everything")


def test_lesson_02_is_opened_run_and_its_slider_moved(environment, page, tmp_path):
    folder = tmp_path / "an empty folder"
    folder.mkdir()
    command = [str(environment.binaries / "pooling-lab")]
    with driving.running_course(command, environment.variables(), folder) as lab:
        refused = driving.refuse_elsewhere(page, lab.origin)
        notebook = driving.Notebook(page, lab, "02_output_size.ipynb")
        notebook.run_all()
        explorer = notebook.explorers()[0]
        slider = explorer.slider("kernel_size")
        slider.press("Home")
        explorer.press("ArrowRight")
        expect(slider).to_have_value("2")
        expect(explorer.formula).to_contain_text("(2 − 1)")
        lab.end_kernels()
        page.goto("about:blank")  # before the server is gone
    assert (folder / "pooling_course" / "02_output_size.ipynb").is_file()
    assert not refused
