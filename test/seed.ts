// Property tests take their counts and their seed from outside: `npm run soak` sets both, and a failure names its seed.
const runs = process.env.DCN_HA_PROPERTY_RUNS;
const seed = process.env.DCN_HA_PROPERTY_SEED;

if (runs !== undefined || seed !== undefined) {
  const { configureGlobal } = await import("fast-check");
  configureGlobal({
    ...(runs === undefined ? {} : { numRuns: Number(runs) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
}
