// Ctrl-C in a benchmark: its lab goes, and what took the processors away ends with it.

/**
 * Has an interrupt mend by `mend` and end the process; returns `mend`, done once at most, for where all ends well. A child that runs at that moment gets the
 * terminal's interrupt too: who waits for it in one piece is told so, throws and mends before this is even called.
 */
export function mendWhenInterrupted(mend, signals = ["SIGINT", "SIGTERM"]) {
  let isMended = false;
  const once = () => {
    if (isMended) return;
    isMended = true;
    mend();
  };
  for (const name of signals)
    process.on(name, () => {
      once();
      process.exit(130);
    });
  return once;
}
