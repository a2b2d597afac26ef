#!/usr/bin/env python3
"""Answers FleetLock clients (Zincati and others): may this machine reboot now? One machine of the group at a time.

`fleetlock serve ADDRESS:PORT` (dcn-ha-fleetlock@.service, a resource of the cluster at a floating address) speaks the protocol of
https://coreos.github.io/zincati/development/fleetlock/protocol/. It keeps nothing itself: the lock is the group's own in the CIB
(docs/lock.md), which controllers and nodes take too, written by compare-and-set through the on-node helper; so it may die at any
moment and go on elsewhere. A lock is given while the cluster is well, which is looked at before and again under the lock; what could
not be found out counts as bad. It never ends by time. `fleetlock list` and `fleetlock break TOKEN` are for a person on a node;
`fleetlock look NODE` is for a node that updates itself (dcn-ha-update): whether it may leave now, why not, and how the others see it.
It runs as the login that may run the helper, not as root. TLS is a reverse proxy's business (docs/fleet-lock.md).
Man pages: crm_mon(8), corosync-quorumtool(8), sudo(8). Standard library only. Options exist for tests; the unit uses none.
"""

import argparse
import datetime
import json
import os
import re
import shlex
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

HELPER = "sudo -n /usr/local/lib/dcn-ha/helper"
# Its verbs have limits of their own; a helper that hangs all the same belongs to root and cannot be ended from here.
HELPER_LIMIT_S = 60
BODY_LIMIT = 4096
REQUEST_LIMIT_S = 10
TURN_LIMIT_S = 40
THREADS = 32
GROUP = re.compile(r"[a-zA-Z0-9.-]{1,128}")
ID_LIMIT = 256
TOKEN = re.compile(r"[0-9a-f-]{8,64}")
# A node of the cluster is known by its name, or by this attribute of it.
ID_ATTRIBUTE = "fleetlock-id"
NO_QUORUM = (69, 102)
TAKEN, GUARDED = 75, 76


def say(text):
    print(text, file=sys.stderr, flush=True)


class Refusal(Exception):
    """An answer that is not "yes": HTTP status, kind (a small closed set, for metrics) and words for people."""

    def __init__(self, status, kind, value):
        super().__init__(value)
        self.status, self.kind, self.value = status, kind, value


def blocked(kind, value):
    return Refusal(503, f"failed_lock_{kind}", value)


