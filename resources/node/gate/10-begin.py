#!/usr/bin/env python3
"""Holds the cluster back at boot until the expected peers are up too, or a grace time is over.

With a short dc-deadtime two fast nodes would fence a third that is still booting. `gate wait` (dcn-ha-gate.service,
before corosync) asks every peer over every address; `gate answer` (dcn-ha-gate@.service, one process per question)
tells this node's state. `gate joined` (before pacemaker) then waits until the peers that passed the gate are members of
corosync too: one whose corosync starts slowly would otherwise look lost to a DC elected without it. Answers carry an HMAC-SHA256 made with the corosync authkey over cluster, node, nonce and state.
Beside the state each node tells which configuration it brings and what its Pacemaker can read. One that would bring the
configuration of an earlier life, or that the others cannot read, is held: it asks again until that is mended. Where only
the release of its Pacemaker makes its configuration unreadable, it is set aside, and the node takes that of the others.
While nodes of several releases are in the group the program stays: without quorum this node's Pacemaker stops then, and
`gate joined` lets it start when there is quorum.
Standard library only. Options exist for tests; the units use none.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import syslog
import tempfile
import threading
import time
import traceback

STATES = ("waiting", "held", "passed", "running")
DEFAULT_GRACE_MS = 120_000
MAX_GRACE_MS = 86_400_000
DEFAULT_PORT = 5410
ROUND_S = 0.2
TALK_TIMEOUT_S = 2.0
LINE_LIMIT = 4096
JOIN_LIMIT_S = 30
HELD_ROUND_S = 5
QUORUM_ROUND_S = 1
ASK_AGAIN = 5
ASK_EVERY = 3
STOP_LIMIT_S = 20
UNWRITABLE = set()
CIB_FILES = "/var/lib/pacemaker/cib/cib*, on this node; the gate notices it"


def say(text):
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:  # Nobody listens.
        pass
    # Pacemaker's unit throws away what is said before its start as well.
    if "joined" in sys.argv:
        syslog.syslog(text)


def heard_path(options):
    return os.path.join(os.path.dirname(options.state), "gate-heard")


def write_state(path, state):
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".gate-state.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(state + "\n")
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def note(path, text):
    """A full or read-only /run keeps nobody from passing, nor from being held."""
    try:
        write_state(path, text)
    except OSError as trouble:
        if path not in UNWRITABLE:
            UNWRITABLE.add(path)
            say(f"WARNING: cannot write {path}: {trouble}")


def load(options):
    with open(options.config, encoding="utf-8") as file:
        config = json.load(file)
    with open(options.key, "rb") as file:
        key = file.read()
    if len(key) < 128:
        raise ValueError(f"{options.key} is too short for a key")
    for peer in config["peers"]:
        if not isinstance(peer["name"], str) or not all(isinstance(a, str) for a in peer["addresses"]):
            raise ValueError("peers need a name and addresses")
    grace_ms, port = config.get("graceMs", DEFAULT_GRACE_MS), config.get("port", DEFAULT_PORT)
    # A bool is an int too, and JSON as Python reads it knows NaN and Infinity.
    if type(grace_ms) not in (int, float) or not 0 <= grace_ms <= MAX_GRACE_MS:
        raise ValueError(f"graceMs has to be a number of milliseconds, not {grace_ms!r}")
    if type(port) is not int or not 0 < port < 65_536:
        raise ValueError(f"port has to be a number of a port, not {port!r}")
    return str(config["cluster"]), str(config["node"]), config, key


