// The largest CIB of the corpus (DCN_HA_CORPUS, docs of test/adoption) with one value changed: read and compared by us and by crm_diff(8).
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The case, or why there is none. `folder` takes the changed CIB. */
export function corpusCase(folder) {
  const corpus = process.env.DCN_HA_CORPUS ?? "";
  const cibs = join(corpus, "cib");
  if (corpus === "" || !existsSync(cibs)) return { skipped: "no corpus (DCN_HA_CORPUS)" };
  if (!existsSync("/usr/sbin/crm_diff")) return { skipped: "no crm_diff on this machine" };
  const files = readdirSync(cibs).map((name) => join(cibs, name));
  const [largest] = files.sort((left, right) => statSync(right).size - statSync(left).size);
  const changed = join(folder, "changed.xml");
  writeFileSync(changed, withOneChange(readFileSync(largest, "utf8")));
  return {
    name: `read and compare two CIBs of ${Math.round(statSync(largest).size / 1024)} KiB, Node's start included, against crm_diff`,
    ours: [process.execPath, "bench/diff.js", largest, changed],
    peer: ["/usr/sbin/crm_diff", "--original", largest, "--new", changed],
    // It ends with 1 where it finds a difference.
    peerExit: 1,
  };
}

function withOneChange(text) {
  const changed = text.replace(/(<primitive [^>]*\btype=")[^"]*/, "$1Changed");
  if (changed === text) throw new Error("the largest CIB has no primitive");
  return changed;
}
