#!/usr/bin/env python3
"""Writes src/profile/fence-agents-table.ts to standard output from the fence agents that are installed: names of parameters only."""

import glob
import os
import subprocess
import xml.etree.ElementTree as ET
d={}
for f in sorted(glob.glob("/usr/sbin/fence_*")):
    n = os.path.basename(f)
    try:
        run = subprocess.run([f, "-o", "metadata"], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=True)
        r = ET.fromstring(run.stdout)
    except (OSError, subprocess.SubprocessError, ET.ParseError):
        continue
    ps=[(p.get('name'),p.get('required')=='1',p.get('deprecated')=='1',p.get('obsoletes')) for p in r.iter('parameter')]
    d[n]=ps
common=[k for k in "verbose quiet verbose_level debug_file plug_separator delay disable_timeout login_timeout power_timeout power_wait shell_timeout stonith_status_sleep retry_on".split()]
skip={'action','version','help','debug'}
out=[]
for n,ps in d.items():
    names={p[0] for p in ps}
    has=all(x in names for x in common)
    words=[]
    dep={}
    for nm,req,de,obs in ps:
        if obs: dep.setdefault(obs,nm)
    seen=set()
    for nm,req,de,obs in ps:
        if nm in skip or (nm in common and has): continue
        if de:
            if nm in dep: words.append(f"{nm}>{dep[nm]}")
            continue
        if nm in seen: continue
        seen.add(nm)
        words.append(nm+('!' if req else ''))
    out.append((n,has,' '.join(words)))
lines=[]
for n,has,w in out:
    w=('* ' if has else '')+w
    lines.append(f'  {n}:\n    "{w.strip()}",')
print('''// What fence agents take, as their own `-o metadata` lists it (fence-agents 4.12.1, Debian 12); names only, written by
// `test/profile/record-fence-agents.py`. `!` marks what an agent needs, `old>new` an older spelling, `*` the parameters that nearly all have.

/** Parameters that nearly all agents have, from the library that they share. */
export const SHARED_PARAMETERS =
  "'''+' '.join(common)+'''";

/** Parameters by agent, as words. */
export const AGENT_PARAMETERS: Readonly<Record<string, string>> = {''')
print('\n'.join(lines)); print('};')
