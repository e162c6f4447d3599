"""What EC2 tells of instance types: their vCPUs, and which of them the region offers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ministack.services import ec2

from . import models
from .settings import REGION
from .starting import Action, Params, Response, plain

# vCPUs by size; `2xlarge` has twice those of `xlarge`. Those of metal are a common figure.
_VCPUS = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "metal": 96}
_TOLD = re.compile(
    r"(<instanceType>([^<]+)</instanceType>.*?<defaultVCpus>)\d+(</defaultVCpus>\s*<defaultCores>)\d+",
    re.DOTALL,
)


def install() -> None:
    """Replaces DescribeInstanceTypes, and adds DescribeInstanceTypeOfferings."""
    ec2._ACTION_MAP.update(
        DescribeInstanceTypes=_with_vcpus(ec2._ACTION_MAP["DescribeInstanceTypes"]),
        DescribeInstanceTypeOfferings=_offerings,
    )


def vcpus(kind: str) -> int:
    """vCPUs of a type by its size."""
    size = kind.partition(".")[2]
    times = re.fullmatch(r"(\d+)xlarge", size)
    return 4 * int(times[1]) if times else _VCPUS.get(size.split("-")[0], 2)


def _with_vcpus(plain_action: Callable[..., Response]) -> Action:
    def told(match: re.Match[str]) -> str:
        count = vcpus(match[2])
        return f"{match[1]}{count}{match[3]}{max(1, count // 2)}"

    def action(params: Params) -> Response:
        status, headers, body = plain_action(params)
        return status, headers, _TOLD.sub(told, body.decode()).encode()

    return action


def _offerings(params: Params) -> Response:
    wanted = ec2._parse_filters(params).get("instance-type", [])
    items = "".join(
        f"<item><instanceType>{kind}</instanceType><locationType>region</locationType><location>{REGION}</location></item>"
        for kind in sorted(known())
        if not wanted or kind in wanted
    )
    inner = f"<instanceTypeOfferingSet>{items}</instanceTypeOfferingSet>"
    return plain(ec2._xml(200, "DescribeInstanceTypeOfferingsResponse", inner))


@cache
def known() -> frozenset[str]:
    """Types that AWS's model has: the region offers all of them."""
    model = models.service("ec2")
    return frozenset(model.shape_for("InstanceType").enum) if model else frozenset()
