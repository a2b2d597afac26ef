// The nearest known name for a mistyped one: optimal string alignment distance, so that a swap of neighbours counts once.

/** The candidate that the user most likely meant; undefined where none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** Names that may be meant where there are too many to list: what begins or contains it first, then by distance; at most three. */
export function nearestNames(name: string, candidates: readonly string[]): readonly string[] {
  const word = name.toLowerCase();
  const limit = Math.max(1, Math.floor(word.length / 3));
  const rank = (candidate: string): number => {
    if (word !== "" && candidate.startsWith(word)) return 0;
    return candidate.includes(word) && word.length > 2 ? 1 : 1 + distance(word, candidate);
  };
  return candidates
    .map((candidate) => ({ candidate, rank: rank(candidate.toLowerCase()) }))
    .filter((one) => one.rank <= 1 + limit)
    .sort((left, right) => left.rank - right.rank || (left.candidate < right.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** A hint for an unknown name: the nearest one and what is allowed. */
export function hintFor(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  const allowed = candidates.length > 0 ? `known: ${[...candidates].sort().join(", ")}` : "none is known";
  return nearest === undefined ? allowed : `did you mean ${nearest}? ${allowed}`;
}

function distance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (twoBack[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    twoBack = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
