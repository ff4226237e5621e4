"""Checks a SCIM server against the RFCs: scim_check.py URL CERTIFICATE, the token in SCIM_TOKEN. One JSON line per check."""

import json
import os
import ssl
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

url, certificate = sys.argv[1:3]
headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
http = Client(
    base_url=url,
    headers=headers,
    timeout=20,
    verify=ssl.create_default_context(cafile=certificate),
)
scim = SyncSCIMClient(http)
scim.discover()
for result in check_server(scim, raise_exceptions=False):
    told = {"check": result.title, "resource": result.resource_type, "status": result.status.name}
    if result.status.name not in ("SUCCESS", "SKIPPED"):
        told["reason"] = str(result.reason)
    print(json.dumps(told))
