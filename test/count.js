// Adds up vitest's JSON reports into the last line of bin/test: `N passed, N failed, N skipped`.
// usage: node test/count.js [--failed N] REPORT…   (N: failures that have no report, for example of bin/check.js)
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { failed: { type: "string", default: "0" } },
  allowPositionals: true,
});

const total = { passed: 0, failed: Number(values.failed), skipped: 0 };
for (const path of positionals.filter((name) => existsSync(name))) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that breaks outside its tests fails, although none of its tests did.
  total.failed += report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
  ).length;
}

process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
