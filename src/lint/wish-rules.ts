// Preferences that come to nothing: for a node that something else keeps the workload off (Pacemaker Explained, "Location Constraints").
import { allowedNodes } from "./placement.js";
import type { Rule } from "./view.js";

/** A node that is preferred, and avoided too or left out. */
export const likedInVain: Rule = (view, add) => {
  for (const [resource, locations] of view.locations) {
    const plain = locations.flatMap((one) => (one.kind === "location" ? [one] : []));
    const allowed = allowedNodes(view, resource);
    for (const { id, node, score } of plain.filter((one) => isWish(one.score))) {
      const against = plain.find((one) => one.node === node && one.score.startsWith("-"));
      const isOut = view.nodes.includes(node) && !allowed.includes(node);
      if (against === undefined && !isOut) continue;
      const why =
        against === undefined ? "something else keeps it off there" : `${against.id} keeps it off there`;
      add("warning", "PREFERRED_IN_VAIN", {
        subject: `constraint ${id}`,
        text: `${resource} prefers ${node} with ${score}, and ${why}`,
        hint: "remove one of the two",
      });
    }
  }
};

function isWish(score: string): boolean {
  return score === "INFINITY" || score === "+INFINITY" || Number(score) > 0;
}
