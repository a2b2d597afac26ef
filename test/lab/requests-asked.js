// Asks one address 20 times a second whatever becomes of the answers, as a client that waits for nobody: a new connection each time.
// Usage: requests-asked.js URL; a line of JSON for each request, with CLOCK_MONOTONIC in nanoseconds, until it is ended.
import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const [url = ""] = process.argv.slice(2);
const EVERY_MS = 50;
/** Who has no answer by then has none: TCP itself tries again after one second, and after three. */
const LIMIT_MS = 5_000;
const nowNs = () => Number(process.hrtime.bigint());

function ask() {
  const fromNs = nowNs();
  let told = false;
  const tell = (answer) => {
    if (told) return;
    told = true;
    process.stdout.write(`${JSON.stringify({ fromNs, toNs: nowNs(), ...answer })}\n`);
  };
  const request = get(url, { agent: false, timeout: LIMIT_MS }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    response.once("end", () =>
      tell(response.complete ? { status: response.statusCode, text } : { error: "cut off" }),
    );
    response.once("error", (error) => tell({ error: error.message }));
  });
  request.once("error", (error) => tell({ error: error.message }));
  setTimeout(() => {
    tell({ error: "no answer" });
    request.destroy();
  }, LIMIT_MS).unref();
}

// What is late is caught up with, so that it is 20 a second also where this machine has much to do.
for (let next = performance.now(); ; next += EVERY_MS) {
  ask();
  await delay(Math.max(0, next + EVERY_MS - performance.now()));
}
