"""What AWS does now and then: instances unknown at first, events late or twice, slow boots, small offers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from emulator.chances import BadChance, Chances, Dice, parse

from .conftest import IMAGE, Cloud, error_of, until

Clouds = Callable[..., Cloud]
NONE = dict.fromkeys(("late", "twice", "unseen", "spread", "partial"), 0)
START: dict[str, Any] = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}


def chances(**more: float) -> str:
    return json.dumps({**NONE, **more})


def drawn(seed: int) -> list[Any]:
    dice = Dice(Chances(seed=seed, late=0.5, twice=0.5, unseen=0.5, partial=0.5))
    return [
        (dice.lateness(), dice.repeats(), dice.hidden(), dice.slowness(), dice.offer(9)) for _ in range(50)
    ]


def test_one_seed_decides_the_same_each_time() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_what_instances_do_changes_nothing_for_events() -> None:
    one, other = Dice(Chances(late=0.5)), Dice(Chances(late=0.5))
    fates = []
    for dice in (one, other):
        if dice is other:
            [dice.hidden() for _ in range(20)]
        fates.append([dice.lateness() for _ in range(50)])
    assert fates[0] == fates[1]


def test_as_many_things_happen_as_chances_say() -> None:
    dice = Dice(Chances(late=0.05, twice=0.1, unseen=0.5, partial=0.2))
    count = 4000
    shares = {
        "late": sum(dice.lateness() > 0 for _ in range(count)) / count,
        "twice": sum(dice.repeats() is not None for _ in range(count)) / count,
        "unseen": sum(dice.hidden() > 0 for _ in range(count)) / count,
        "partial": sum(dice.offer(10) < 10 for _ in range(count)) / count,
    }
    assert shares == pytest.approx({"late": 0.05, "twice": 0.1, "unseen": 0.5, "partial": 0.2}, abs=0.03)


def test_boots_spread_and_offers_are_for_one_at_least() -> None:
    dice = Dice(Chances(spread=0.5, partial=1))
    factors = [dice.slowness() for _ in range(500)]
    assert 1 <= min(factors) < 1.05
    assert 1.45 < max(factors) <= 1.5
    assert {dice.offer(3) for _ in range(100)} == {1, 2}
    assert {dice.offer(1) for _ in range(20)} == {1}


@pytest.mark.parametrize(
    "value", [{"late": 2}, {"late": -0.1}, {"lates": 0.1}, {"seed": "x"}, {"spread": True}]
)
def test_a_chance_that_is_none_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(BadChance):
        parse(value)


def test_an_instance_is_not_known_right_after_its_launch(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_CHANCES=chances(unseen=1, unseen_seconds=3, seed=4))
    name = cloud.ec2.run_instances(**START)["Instances"][0]["InstanceId"]
    tags = {"Resources": [name], "Tags": [{"Key": "a", "Value": "b"}]}
    filters = [{"Name": "instance-id", "Values": [name]}]
    for call, arguments in (
        (cloud.ec2.describe_instances, {"InstanceIds": [name]}),
        (cloud.ec2.describe_instance_status, {"InstanceIds": [name], "IncludeAllInstances": True}),
        (cloud.ec2.create_tags, tags),
        (cloud.ec2.terminate_instances, {"InstanceIds": [name]}),
    ):
        assert error_of(call, **arguments) == "InvalidInstanceID.NotFound"
    assert cloud.ec2.describe_instances(Filters=filters)["Reservations"] == []
    assert until(lambda: cloud.ec2.describe_instances(Filters=filters)["Reservations"])
    cloud.ec2.create_tags(**tags)
    assert cloud.described(name)["Tags"] == tags["Tags"]


def test_an_event_may_come_twice_and_late(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_CHANCES=chances(twice=1, late=1, late_seconds=0.5))
    come = cloud.listen({"source": ["aws.ec2"], "detail": {"state": ["running"]}})
    name = cloud.instance()
    until(lambda: [event["detail"]["instance-id"] for event in come()] == [name, name])


def overtaking(seed: int) -> bool:
    """Whether the first event is late, and the second is not."""
    dice = Dice(Chances(seed=seed, late=0.5, late_seconds=4))
    return dice.lateness() > 3 and dice.lateness() == 0


def test_a_late_event_is_overtaken(clouds: Clouds) -> None:
    seed = next(filter(overtaking, itertools.count()))
    cloud = clouds(QAOPS_LOCAL_CHANCES=chances(late=0.5, late_seconds=4, seed=seed))
    come = cloud.listen({"source": ["aws.ec2"]})
    cloud.ec2.run_instances(**START)
    until(lambda: [event["detail"]["state"] for event in come()] == ["running", "pending"])


def fleet(cloud: Cloud, count: int) -> Any:
    data = {"ImageId": IMAGE, "InstanceType": "c5.large"}
    cloud.ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData=data)
    overrides = [{"InstanceType": kind} for kind in ("c5.large", "c6i.large")]
    specification = {"LaunchTemplateName": "fleet", "Version": "$Default"}
    return cloud.ec2.create_fleet(
        Type="instant",
        LaunchTemplateConfigs=[{"LaunchTemplateSpecification": specification, "Overrides": overrides}],
        TargetCapacitySpecification={
            "TotalTargetCapacity": count,
            "DefaultTargetCapacityType": "on-demand",
        },
    )


def brought(made: Any) -> list[tuple[str, int]]:
    return [(group["InstanceType"], len(group["InstanceIds"])) for group in made["Instances"]]


def test_a_fleet_may_bring_fewer_than_asked(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_CHANCES=chances(partial=1))
    made = fleet(cloud, 10)
    assert 0 < sum(count for _, count in brought(made)) < 10
    assert [error["ErrorCode"] for error in made["Errors"]] == ["InsufficientInstanceCapacity"] * 2


def test_a_slot_with_capacity_for_some_leaves_the_rest_to_the_next(clouds: Clouds) -> None:
    cloud = clouds()
    cloud.control("POST", "faults", {"kind": "capacity", "match": "c5.large", "left": 3})
    made = fleet(cloud, 5)
    assert brought(made) == [("c5.large", 3), ("c6i.large", 2)]
    assert [error["ErrorCode"] for error in made["Errors"]] == ["InsufficientInstanceCapacity"]


def test_a_launch_takes_what_there_is_if_that_is_enough(clouds: Clouds) -> None:
    cloud = clouds()
    cloud.control("POST", "faults", {"kind": "capacity", "left": 2})
    made = cloud.ec2.run_instances(**{**START, "MaxCount": 5})
    assert len(made["Instances"]) == 2
    few = {**START, "MinCount": 3, "MaxCount": 5}
    assert error_of(cloud.ec2.run_instances, **few) == "InsufficientInstanceCapacity"


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ([(200, "instance-id")], ""),
        ([(201, "instance-id")], "FilterLimitExceeded"),
        ([(150, "instance-id"), (51, "tag:a")], "FilterLimitExceeded"),
        ([(1, f"tag:{number}") for number in range(50)], ""),
        ([(1, f"tag:{number}") for number in range(51)], "FilterLimitExceeded"),
    ],
)
def test_a_request_has_200_values_in_50_filters_at_most(
    cloud: Cloud, filters: list[tuple[int, str]], code: str
) -> None:
    asked = [{"Name": name, "Values": [f"i-{n:017x}" for n in range(count)]} for count, name in filters]
    assert error_of(cloud.ec2.describe_instances, Filters=asked) == code
