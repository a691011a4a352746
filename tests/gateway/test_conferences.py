"""What anyone sees of conferences: published ones only, in pages, and their seats left."""

from tests.gateway.world import World, key, new_conference


async def test_only_published_conferences_are_listed(world: World) -> None:
    await world.conference("pycon")
    root, owner = await world.organiser("Bob")
    await world.ask("POST", root, new_conference("secret", name="Secret"), owner | key())
    reply = await world.ask("GET", "/api/v1/conferences")
    assert reply.status == 200
    assert reply.json == {
        "items": [
            {
                "slug": "pycon",
                "name": "PyCon",
                "tagline": "",
                "location": "",
                "starts_on": "2027-05-01",
                "ends_on": "2027-05-03",
                "time_zone": "Europe/Berlin",
            }
        ],
        "next": None,
    }
    assert reply.headers["access-control-allow-origin"] == "*"


async def test_a_list_comes_in_pages_that_link_to_the_next(world: World) -> None:
    for number in range(3):
        await world.conference(f"conf-{number}", f"O{number}")
    first = await world.ask("GET", "/api/v1/conferences?limit=2&q=py")
    assert [item["slug"] for item in first.json["items"]] == ["conf-0", "conf-1"]
    cursor = first.json["next"]
    assert first.headers["link"] == f'</api/v1/conferences?limit=2&q=py&cursor={cursor}>; rel="next"'
    second = await world.ask("GET", f"/api/v1/conferences?limit=2&q=py&cursor={cursor}")
    assert ([item["slug"] for item in second.json["items"]], second.json["next"]) == (["conf-2"], None)
    assert "link" not in second.headers


async def test_a_search_finds_words(world: World) -> None:
    await world.conference()
    assert (await world.ask("GET", "/api/v1/conferences?q=nothing")).json["items"] == []


async def test_a_published_conference_is_read_with_its_seat_types(world: World) -> None:
    _, _, seat_type = await world.conference()
    reply = await world.ask("GET", "/api/v1/conferences/pycon")
    conference = reply.json
    assert reply.headers["etag"] == f'"{conference["version"]}"'
    assert (conference["description"], conference["currency"]) == ("Snakes.\nMore snakes.", "EUR")
    assert conference["seat_types"] == [
        {
            "id": seat_type,
            "name": "Regular",
            "kind": "admission",
            "price": {"amount": 12_500, "currency": "EUR"},
            "sale_opens_at": None,
            "sale_closes_at": None,
            "max_per_reservation": None,
            "requires_admission": False,
        }
    ]


async def test_a_draft_does_not_exist_for_strangers(world: World) -> None:
    root, owner = await world.organiser()
    await world.ask("POST", root, new_conference(), owner | key())
    for path in ("", "/availability", "/availability/stream"):
        assert (await world.ask("GET", f"/api/v1/conferences/pycon{path}")).slug == "not-found"


async def test_a_published_conference_is_read_at_the_version_that_its_organiser_was_told(world: World) -> None:
    path, owner, _ = await world.conference()
    world.views.freeze()
    renamed = await world.ask("PATCH", path, {"name": "New"}, owner | {"If-Match": '"3"'})
    assert renamed.status == 200
    world.views.thaw()
    assert (await world.ask("GET", "/api/v1/conferences/pycon")).json["name"] == "New"
