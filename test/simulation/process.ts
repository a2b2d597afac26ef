// A controller's process: it gets a few I/Os done each second, and may be killed or stopped before any of them.
import type { End } from "./controller.js";
import type { Holder } from "./group.js";
import type { Chance } from "./random.js";
import type { Point } from "./scenario.js";

/** A process from its start to its end. */
export class Process {
  /** It does nothing before then. */
  pausedUntil = 0;
  end: End | "killed" | undefined;
  #ambush: { point: Point; readonly act: () => void } | undefined;

  constructor(
    readonly holder: Holder,
    readonly life: Generator<string, End, undefined>,
    readonly say: (text: string) => void,
  ) {}

  /** Something happens before an I/O that is still to come. */
  ambush(point: Point, act: () => void): void {
    this.#ambush = { point, act };
  }

  /** Nothing happens to it any more, and it goes on. */
  leaveAlone(): void {
    [this.pausedUntil, this.#ambush] = [0, undefined];
  }

  kill(): void {
    this.say(`${this.holder.token} is killed`);
    this.#over("killed");
  }

  /** What it gets done in a second. */
  second(now: number, chance: Chance): void {
    if (this.pausedUntil > now) return;
    for (let count = chance.between(1, 4); count > 0; count -= 1) {
      const { done, value } = this.life.next();
      if (done === true) {
        this.say(`${this.holder.token} ends: ${value}`);
        this.#over(value);
        return;
      }
      if (value.startsWith("ask") || value === "write") this.say(`${this.holder.token} will ${value}`);
      if (this.#isHit(value) || value === "sleep") return;
    }
  }

  #isHit(point: string): boolean {
    const ambush = this.#ambush;
    if (ambush === undefined) return false;
    if (typeof ambush.point === "number" && ambush.point > 0) ambush.point -= 1;
    else if (ambush.point === 0 || ambush.point === point) {
      this.#ambush = undefined;
      ambush.act();
      return true;
    }
    return false;
  }

  #over(end: End | "killed"): void {
    this.end = end;
    this.holder.alive = false;
  }
}
