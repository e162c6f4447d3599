"""The table of protocols says what botocore says."""

from __future__ import annotations

import botocore.session
import pytest

from emulator.protocols import PROTOCOLS


@pytest.mark.parametrize("service", PROTOCOLS)
def test_a_services_protocol_is_botocores(service: str) -> None:
    name, protocol, version = PROTOCOLS[service]
    metadata = botocore.session.get_session().get_service_model(name).metadata
    assert metadata["protocol"] == protocol
    if protocol == "json":
        assert metadata["jsonVersion"] == version
