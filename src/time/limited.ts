// A time limit beside a cancellation, as one signal.

/**
 * Aborts with `signal`, or after `ms`; the process does not stay for it. Not AbortSignal.any of an AbortSignal.timeout: nobody else holds
 * that one, so that Node.js may collect it as garbage, and the limit never comes (nodejs/node#54614).
 */
export function limited(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const controller = new AbortController();
  const late = (): void => {
    controller.abort(new DOMException(`not done after ${ms} ms`, "TimeoutError"));
  };
  const timer = setTimeout(late, ms);
  timer.unref();
  const cancel = (): void => {
    clearTimeout(timer);
    controller.abort(signal?.reason);
  };
  signal?.addEventListener("abort", cancel, { once: true, signal: controller.signal });
  if (signal?.aborted === true) cancel();
  return controller.signal;
}
