// Controllers for tests: processes on one machine that live and die at will.
import type { Controller } from "../../src/apply/index.js";

export interface TestController extends Controller {
  die(): void;
}

/** A maker of controllers of one machine, which see of each other who is alive. */
export function machine(host = "ops1"): (user: string) => TestController {
  const running = new Map<number, string>();
  let made = 0;
  return (user) => {
    made += 1;
    const pid = made;
    let tokens = 0;
    running.set(pid, "100");
    return {
      holder: {
        kind: "controller",
        host,
        user,
        pid,
        boot: `boot-${host}`,
        pidSpace: "pid:[1]",
        started: "100",
      },
      newToken: () => {
        tokens += 1;
        return `${String(pid).padStart(4, "0")}${String(tokens).padStart(4, "0")}-beef`;
      },
      processStarted: (other) => Promise.resolve(running.get(other) ?? "gone"),
      die: () => void running.delete(pid),
    };
  };
}
