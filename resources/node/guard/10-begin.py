#!/usr/bin/env python3
"""Takes a change of the cluster's configuration back when nobody has confirmed it in time, with no controller needed.

`guard watch` (dcn-ha-guard.service) runs on every node while a change awaits its confirmation (docs/apply.md). What it needs lies
in /var/lib/dcn-ha/guard/TOKEN: the configuration before and after the change, and the deadline. In the CIB stands `armed TOKEN`.
At the deadline the first node takes back what the change did, and nothing else, in one versioned patch that also says `reverted
TOKEN`: so it happens once, however many nodes try. An object that others have changed in between stays as it is, and the journal says so.
Where corosync.conf was changed too, every node puts its old one back when it sees that word, and has it read by a reload.
`guard undo BEFORE AFTER LIVE` prints the result and does nothing (for tests). Man pages: cibadmin(8), crm_diff(8). Standard library only.
"""

import argparse
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

GUARD_PAIR = "dcn-ha-guard-state"
LOCK_PAIR = "dcn-ha-lock-state"
MARK_PAIR = "dcn-ha-owned"
# Elements whose id is that of another one, and attributes that name one (type IDREF in Pacemaker's schemas).
REFERENCES = ("resource_ref", "obj_ref", "role", "role_ref")
REFERRING = ("rsc", "with-rsc", "first", "then", "template", "id-ref", "reference")
STALE = 103
REFUSED = 78
ROUND_S = 1.0
RANK_S = 3.0
# From the word to the reload: by then every node that hears it has its file in place.
SPREAD_S = 4.0
# A node without quorum goes back alone after this time: it may be the new corosync.conf that took the quorum.
ALONE_S = 10.0
CONF = "/etc/corosync/corosync.conf"
RUN = "/run/dcn-ha"


def say(text):
    print(text, file=sys.stderr, flush=True)


def read_xml(text):
    """With comments, since those are somebody's too."""
    builder = ElementTree.TreeBuilder(insert_comments=True)
    return ElementTree.fromstring(text, ElementTree.XMLParser(target=builder))


def key_of(element):
    """What makes an element the same one in two configurations; None for a comment."""
    if not isinstance(element.tag, str):
        return None
    identity = element.get("id") or element.get("id-ref")
    return (element.tag, identity) if identity else (element.tag,)


def by_key(element):
    return {} if element is None else {key_of(child): child for child in element if key_of(child) is not None}


def same(left, right):
    """Equal but for comments and blanks."""
    mine = [child for child in left if key_of(child) is not None]
    yours = [child for child in right if key_of(child) is not None]
    return (
        left.tag == right.tag
        and left.attrib == right.attrib
        and len(mine) == len(yours)
        and all(same(one, other) for one, other in zip(mine, yours))
    )


def ids_in(element):
    """Ids that the elements have; references name the ids of others."""
    return {
        one.get("id")
        for one in element.iter()
        if isinstance(one.tag, str) and one.tag not in REFERENCES and one.get("id")
    }


def refers_to(element):
    """Ids of others that an element names."""
    if not isinstance(element.tag, str):
        return []
    names = ("id",) if element.tag in REFERENCES else REFERRING
    return [element.get(name) for name in names if element.get(name)]


def word(element):
    return "%s %s" % (element.tag, element.get("id", "")) if element.get("id") else element.tag


