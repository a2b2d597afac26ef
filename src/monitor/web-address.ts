// Web addresses that may be secrets, as those of chat rooms are: from the command line, a file or the environment, and never in what is said of them.
import { readFile } from "node:fs/promises";
import { limited } from "../time/index.js";
import { Refused } from "./refused.js";

/** One request. */
export interface Post {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Malformed, too large, or not to be processed: the same would be so another time. */
const NEVER: ReadonlySet<number> = new Set([400, 413, 422]);

/** Whether `text` is an address http:// or https://, or says where one is: @FILE, $NAME. */
export function isAddress(text: string): boolean {
  return /^(@\S+|\$[A-Za-z_]\w*)$/.test(text) || (/^https?:\/\/\S+$/.test(text) && URL.canParse(text));
}

/** An address as it may be shown: without user and password. */
export function shown(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.username === "" && url.password === "")) return address;
  url.username = "";
  url.password = "";
  return url.href;
}

/**
 * Posts to `address`: read anew each time, so that a secret can be replaced meanwhile; user and password in it become a header, which
 * fetch leaves to its caller. Throws what went wrong, by the name of where the address stands and never with the address; Refused where
 * the same request would fare no better another time.
 */
export async function postTo(address: string, post: Post): Promise<void> {
  const named = /^[@$]/.test(address) ? `the web address in ${address}` : "the web address";
  const { url, authorization } = partsOf(address, await read(address, post.environment));
  const signal = limited(post.signal, post.timeoutMs);
  let status: number;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...post.headers, ...(authorization === undefined ? {} : { authorization }) },
      body: post.body,
      redirect: "error",
      signal,
    });
    await response.body?.cancel();
    status = response.ok ? 0 : response.status;
  } catch (error) {
    if (signal.aborted) throw new Error(`${named} took longer than ${post.timeoutMs / 1000} s`);
    const code = codeOf(error);
    throw new Error(`${named} could not be reached${code === undefined ? "" : `: ${code}`}`);
  }
  if (NEVER.has(status)) throw new Refused(`${named} answered ${status}`);
  if (status !== 0) throw new Error(`${named} answered ${status}`);
}

async function read(address: string, environment: Post["environment"]): Promise<string> {
  if (address.startsWith("@")) {
    try {
      return (await readFile(address.slice(1), "utf8")).trim();
    } catch (error) {
      throw new Error(`${address} cannot be read: ${codeOf(error) ?? "unknown"}`);
    }
  }
  if (!address.startsWith("$")) return address;
  const value = environment[address.slice(1)];
  if (value === undefined) throw new Error(`${address} is not set`);
  return value.trim();
}

function partsOf(
  address: string,
  text: string,
): { readonly url: string; readonly authorization: string | undefined } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(`what ${address} holds is no web address`);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  const login = `${decoded(username)}:${decoded(password)}`;
  const authorization = login === ":" ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  return { url: url.href, authorization };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}

/** Messages of fetch hold what it was asked for; the code of what lies below does not. */
function codeOf(error: unknown): string | undefined {
  for (const one of [error instanceof Error ? error.cause : undefined, error]) {
    if (one instanceof Error && "code" in one && typeof one.code === "string") return one.code;
  }
  return undefined;
}
