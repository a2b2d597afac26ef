// What a recipient will never take.

/** The recipient understood, and does not want this one, now or later. */
export class Refused extends Error {}
