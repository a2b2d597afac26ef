// Adds up vitest's JSON reports into the last line of bin/test: `N passed, N failed, N skipped`.
// usage: node test/count.js [--failed N] [--late S] [--times] REPORT…   (N: failures that have no report, for example of bin/check.mjs;
//                                                    S: after this, in seconds since 1970, no file of lab tests was begun: those are named;
//                                                    --times: names the files that took longest)
//        node test/count.js --failed-files REPORT    (the failed files, one a line: bin/test gives them a second go)
// Of a file that several reports tell about, the last one counts; a file that needed its second go is named.
// What failed is told once more just before the last line: of a long log often only the end is kept.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: {
    failed: { type: "string", default: "0" },
    "failed-files": { type: "boolean", default: false },
    late: { type: "string", default: "0" },
    times: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const results = positionals
  .filter((name) => existsSync(name))
  .flatMap((path) => JSON.parse(readFileSync(path, "utf8")).testResults);

function add(files) {
  const total = { passed: 0, failed: Number(values.failed), skipped: 0 };
  for (const { status, assertionResults } of files) {
    const failed = assertionResults.filter((one) => one.status === "failed").length;
    const passed = assertionResults.filter((one) => one.status === "passed").length;
    total.passed += passed;
    // A file that breaks outside its tests fails, although none of its tests did.
    total.failed += status === "failed" ? Math.max(1, failed) : failed;
    total.skipped += assertionResults.length - passed - failed;
  }
  return total;
}

/** Files of lab tests without which a run is red. */
const core = JSON.parse(readFileSync(new URL("lab/core.json", import.meta.url), "utf8"));
const isCore = (name) => core.some((one) => name.endsWith(`/${one}`));

/** Files of which nothing was run, since their turn came too late. */
function notBegun(files) {
  const lateMs = Number(values.late) * 1000;
  const isLate = ({ startTime, assertionResults: tests }) =>
    startTime > lateMs && tests.every(({ status }) => status !== "passed" && status !== "failed");
  return lateMs === 0 ? [] : [...files].filter(isLate).map(({ name }) => name);
}

const MOST_TIMES = 16;

/** Which files took longest, in seconds: where a run's time went. */
function times(files) {
  const took = files
    .map(({ name, startTime = 0, endTime = 0 }) => ({
      name,
      seconds: Math.round((endTime - startTime) / 1000),
    }))
    .filter(({ seconds }) => seconds > 0)
    .sort((one, other) => other.seconds - one.seconds);
  return took.slice(0, MOST_TIMES).map(({ name, seconds }) => `took ${seconds} s: ${name}`);
}

const MOST_TOLD = 10;
const MOST_LINES = 12;

/** What failed in these files, as lines: which test, and how its message begins. */
function tell(files) {
  const failed = files.flatMap(({ name, status, message = "", assertionResults }) => {
    const tests = assertionResults.filter((one) => one.status === "failed");
    if (tests.length === 0 && status === "failed") return [{ what: name, message }];
    return tests.map(({ fullName, failureMessages = [] }) => ({
      what: `${name}: ${fullName}`,
      message: failureMessages.join("\n"),
    }));
  });
  const lines = failed.slice(0, MOST_TOLD).flatMap(({ what, message }) => {
    const told = message.split("\n").filter((line) => line.trim() !== "");
    return [`failed: ${what}`, ...told.slice(0, MOST_LINES).map((line) => `    ${line.slice(0, 300)}`)];
  });
  return failed.length > MOST_TOLD ? [...lines, `and ${failed.length - MOST_TOLD} more failed`] : lines;
}

if (values["failed-files"]) {
  const failed = results.filter(({ status }) => status === "failed").map(({ name }) => name);
  process.stdout.write(failed.map((name) => `${name}\n`).join(""));
} else {
  const last = new Map();
  const again = [];
  for (const result of results) {
    if (last.get(result.name)?.status === "failed" && result.status !== "failed") again.push(result.name);
    last.set(result.name, result);
  }
  if (values.times) for (const line of times(results)) process.stdout.write(`${line}\n`);
  for (const line of tell(results)) process.stdout.write(`${line}\n`);
  if (values.failed !== "0") process.stdout.write(`failed without a report: ${values.failed}\n`);
  const left = notBegun(last.values());
  for (const name of left)
    process.stdout.write(
      `not begun, the time was over${isCore(name) ? ", and that is a failure" : ""}: ${name}\n`,
    );
  for (const name of again) process.stdout.write(`needed a second go: ${name}\n`);
  const total = add(last.values());
  total.failed += left.filter(isCore).length;
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}
