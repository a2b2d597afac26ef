import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { patchOf } from "../../src/cib/index.js";
import { writeXml } from "../../src/xml/index.js";
import { have } from "../sandbox/requirements.js";
import { parse } from "./merged.js";

const tools = have("cibadmin", "crm_diff");
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-patch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = (epoch: number): string =>
  `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="${epoch}" num_updates="5">`;
const cibOf = (resources: string, properties = "", epoch = 12): string =>
  `${head(epoch)}<configuration><crm_config>${properties}</crm_config><nodes/><resources>${resources}</resources><constraints/></configuration><status/></cib>`;
const dummy = (id: string, inner = ""): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy">${inner}</primitive>`;
const pair = (id: string, value: string): string => `<nvpair id="${id}" name="${id}" value="${value}"/>`;
const set = (...pairs: readonly string[]): string =>
  `<cluster_property_set id="s">${pairs.join("")}</cluster_property_set>`;

/** The text of the patch that leads from one to the other; undefined where there is none. */
function patch(live: string, next: string): string | undefined {
  const made = patchOf(parse(live), parse(next));
  return made === undefined ? undefined : writeXml(made);
}

/** What Pacemaker makes of a CIB with a patch: exit code and the CIB afterwards. */
function taken(live: string, text: string): { readonly code: number | null; readonly cib: string } {
  const file = join(folder, "cib.xml");
  writeFileSync(file, live);
  rmSync(`${file}.sig`, { force: true });
  const environment = { ...process.env, CIB_file: file };
  const { status } = spawnSync("cibadmin", ["--patch", "--xml-pipe"], { input: text, env: environment });
  return { code: status, cib: readFileSync(file, "utf8") };
}

/** The configuration, as text that is equal for equal ones. */
const configurationOf = (cib: string): string =>
  writeXml(parse(cib).children.find(({ name }) => name === "configuration") ?? parse("<none/>"));

test.skipIf(!tools)(
  "Pacemaker makes of a patch what crm_diff would have it make, one epoch later",
  { timeout: 240_000 },
  () => {
    const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c-1", "d.e", "ümlaut"), { maxLength: 5 });
    const text = fc.constantFrom(
      "1",
      "a &amp; &quot;b&quot;",
      "&lt;x path=&quot;/cib/status&quot;&gt;",

      "it's",
    );
    const part = fc.record({
      all: ids,
      live: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      next: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      before: fc.array(text, { minLength: 5, maxLength: 5 }),
      after: fc.array(text, { minLength: 5, maxLength: 5 }),
    });
    fc.assert(
      fc.property(part, part, (one, other) => {
        const pairs = (from: typeof one, which: "live" | "next", prefix: string): string[] =>
          from.all.flatMap((id, index) =>
            from[which][index] === true
              ? [pair(`${prefix}${id}`, (which === "live" ? from.before : from.after)[index] ?? "")]
              : [],
          );
        const whole = (which: "live" | "next"): string =>
          cibOf(
            other.all
              .flatMap((id, index) =>
                other[which][index] === true
                  ? [
                      dummy(
                        id,
                        `<meta_attributes id="m-${id}">${pairs(one, which, `${id}-`).join("")}</meta_attributes>`,
                      ),
                    ]
                  : [],
              )
              .join(""),
            set(...pairs(one, which, "p-")),
          );
        const [live, next] = [whole("live"), whole("next")];
        const made = patch(live, next);
        if (configurationOf(live) === configurationOf(next)) {
          expect(made).toBeUndefined();
          return;
        }
        const { code, cib } = taken(live, made ?? "");
        expect(code).toBe(0);
        expect(configurationOf(cib)).toBe(configurationOf(next));
        expect(parse(cib).attributes).toMatchObject({ admin_epoch: "0", epoch: "13", num_updates: "0" });
      }),
      { numRuns: 25 },
    );
  },
);

test.skipIf(!tools)("a patch is for one epoch, whatever monitors told meanwhile", () => {
  const live = cibOf(dummy("a"));
  const made = patch(live, cibOf(dummy("a") + dummy("b"))) ?? "";
  expect(taken(live.replace('num_updates="5"', 'num_updates="77"'), made).code).toBe(0);
  const later = cibOf(dummy("a"), "", 13);
  expect(taken(later, made)).toEqual({ code: 103, cib: later });
});

test("what cannot be said by names is left to crm_diff", () => {
  const pairs: readonly (readonly [string, string])[] = [
    [cibOf(dummy("a") + dummy("b")), cibOf(dummy("b") + dummy("a"))],
    [cibOf("<!-- one -->"), cibOf("")],
    [cibOf(""), cibOf("<!-- one -->")],
    [cibOf(dummy("a b")), cibOf(dummy("a b", "<operations/>"))],
    [cibOf(dummy("a") + dummy("a")), cibOf(dummy("a"))],
    [cibOf(""), cibOf("").replace("pacemaker-3.9", "pacemaker-3.8")],
  ];
  for (const [live, next] of pairs) expect(patch(live, next), next).toBeUndefined();
});

test.skipIf(!tools)("says a section anew where most of it changes, and every step where little does", () => {
  const names = (count: number, from = 0): string[] =>
    Array.from({ length: count }, (_, index) => `n${from + index}`);
  const all = (ids: readonly string[], inner = ""): string => ids.map((id) => dummy(id, inner)).join("");
  const meta = (value: string): string => `<meta_attributes id="m">${pair("x", value)}</meta_attributes>`;
  const theirs = `<!-- by hand -->${dummy("theirs", meta("1"))}`;
  const cases: readonly (readonly [string, string, boolean])[] = [
    [cibOf(theirs), cibOf(theirs + all(names(31))), false],
    [cibOf(theirs), cibOf(theirs + all(names(32)), set(pair("p", "1"))), true],
    [cibOf(theirs + all(names(32))), cibOf(theirs), true],
    [cibOf(theirs + all(names(40)), set(pair("p", "1"))), cibOf(theirs + all(names(40, 20))), true],
    [cibOf(all(names(100))), cibOf(all(names(140))), false],
    [cibOf(dummy("a") + all(names(32))), cibOf(dummy("a", meta("2"))), true],
  ];
  for (const [live, next, whole] of cases) {
    const made = patch(live, next) ?? "";
    expect(made.includes('<change operation="delete" path="/cib/configuration/resources"/>')).toBe(whole);
    const { code, cib } = taken(live, made);
    expect([code, configurationOf(cib)]).toEqual([0, configurationOf(next)]);
    expect(parse(cib).attributes).toMatchObject({ admin_epoch: "0", epoch: "13", num_updates: "0" });
  }
});

test("what others wrote beside ours, comments too, does not stand in the way", () => {
  const theirs = "<!-- by hand -->";
  const made = patch(cibOf(theirs + dummy("a")), cibOf(theirs + dummy("a") + dummy("b"))) ?? "";
  expect(made).toContain('<change operation="create" path="/cib/configuration/resources" position="2">');
});
