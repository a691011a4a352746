"""The printed table says of every route what its policy says."""

import json

import pytest

from gateway.authority import RANK
from gateway.route_table import COLUMNS, MAY, MAY_NOT, SESSION, marks, show, show_description, who
from gateway.routes import Anyone, Holder, Member, SignedIn


def test_each_policy_has_its_marks_and_words() -> None:
    assert COLUMNS == ("anyone", "viewer", "box_office", "manager", "owner")
    assert marks(Anyone()) == (MAY,) * 5
    assert marks(Holder()) == (MAY_NOT,) * 5
    assert marks(SignedIn()) == (MAY_NOT, MAY, MAY, MAY, MAY)
    assert marks(SignedIn(person=True)) == (MAY_NOT, SESSION, SESSION, SESSION, SESSION)
    assert [marks(Member(role)).count(MAY) for role in RANK] == [4, 3, 2, 1]
    assert who(Member("manager")) == "members, at least manager"
    assert who(Holder("order", link=True)) == "the bearer of the order's token or link"


def test_every_route_is_in_the_table_and_in_the_description(capsys: pytest.CaptureFixture[str]) -> None:
    assert show() == 0
    lines = capsys.readouterr().out.splitlines()
    assert show_description() == 0
    described = json.loads(capsys.readouterr().out)["paths"]
    listed = {tuple(line.split()[:2]) for line in lines[1:-2]}
    assert listed == {(method.upper(), path) for path, methods in described.items() for method in methods}
    (members,) = (line for line in lines if line.startswith("POST ") and line.split()[1].endswith("/members"))
    assert members.split()[2:7] == [MAY_NOT, MAY_NOT, MAY_NOT, MAY_NOT, MAY]
