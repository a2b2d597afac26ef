// The same work for many nodes at a time, and never for too many.

/** Runs `work` for every item, at most `limit` at a time; results in the order of `items`. The first error ends it. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Waits for both, whatever becomes of the other, and returns what `first` came to. Throws what `first` threw, else what `second` did. */
export async function firstOfBoth<Result>(first: Promise<Result>, second: Promise<unknown>): Promise<Result> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === "rejected") throw one.reason;
  if (other.status === "rejected") throw other.reason;
  return one.value;
}
