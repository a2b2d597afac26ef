// What must hold if the code is right; a failure is our bug and ends the command with exit code 70.

/** A broken promise of our own code; never the user's fault. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws an InvariantError with `message` unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) throw new InvariantError(message);
}

/** Compile-time proof that a union is handled in full; throws if it is ever reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`unhandled case: ${JSON.stringify(value)}`);
}
