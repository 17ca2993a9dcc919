"""Every setting is in the operations manual, and nothing else calls itself one."""

from __future__ import annotations

import re

import pytest

from accalmie.config.options import OPTIONS
from tests.house import documents

TABLE = {
    row[0].strip("`"): row for row in documents.rows(documents.sections("docs/operations.md")["Settings"])
}
#: They are of the test run, and told of in CONTRIBUTING.
OF_THE_TESTS = {"ACCALMIE_TEST_DATABASE"}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_setting_is_explained_with_its_default(option):
    assert option.name in TABLE, f"docs/operations.md, Settings, lacks {option.name}"
    _, default, meaning = TABLE[option.name]
    assert meaning
    if option.default:
        assert default == f"`{option.default}`"


def test_the_manual_names_no_setting_that_there_is_not():
    assert set(TABLE) == {option.name for option in OPTIONS}


@pytest.mark.parametrize("path", documents.everything(), ids=lambda path: path.name)
def test_no_other_name_is_called_a_setting(path):
    named = set(re.findall(r"\bACCALMIE_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named <= {option.name for option in OPTIONS} | OF_THE_TESTS
