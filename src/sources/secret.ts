// Secrets by reference, read when they are needed: a file that only its owner can read, the environment, a program, sops(1) or age(1).
import { open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { type SecretReference, secretText } from "../cluster/index.js";
import { DcnError } from "../errors/index.js";
import { secretFault } from "../profile/index.js";
import { createLocalTransport } from "../transport/index.js";

/** Where secrets lie instead of `secrets/` next to the profile. */
export interface SecretOptions {
  /** Default: the environment's DCN_HA_SECRETS. */
  readonly folder?: string;
}

const MAX_BYTES = 64 * 1024;
/** People may have to type a PIN or touch a key. */
const PROGRAM_TIMEOUT_MS = 60_000;
/** Bits of a file's mode that let anyone but its owner read or change it. */
const OTHERS = 0o077;

/**
 * The value of `reference`, without the newline at its end. `baseDir` is the folder of the profile's file.
 * Throws DcnError invalid: SECRET_REFERENCE, SECRET_MISSING, SECRET_EMPTY; refused: SECRET_EXPOSED, where others can read the file;
 * failed: SECRET_PROGRAM. No message holds anything that was read.
 */
export async function resolveSecret(
  reference: SecretReference,
  baseDir: string,
  options: SecretOptions = {},
): Promise<string> {
  const value = (await readSecret(reference, baseDir, options)).replace(/\r?\n$/, "");
  if (value === "")
    throw new DcnError("invalid", "SECRET_EMPTY", `the secret ${secretText(reference)} is empty`);
  return value;
}

function readSecret(reference: SecretReference, baseDir: string, options: SecretOptions): Promise<string> {
  if (typeof reference === "string") return readFolder(reference, baseDir, options);
  if ("env" in reference) return readEnvironment(reference.env);
  const beside = (file: string): string => (isAbsolute(file) ? file : join(baseDir, file));
  if ("command" in reference) return runProgram(reference.command, reference);
  if ("sops" in reference) {
    const path = reference.key.split(".").map((step) => `[${JSON.stringify(step)}]`);
    return runProgram(["sops", "--decrypt", "--extract", path.join(""), beside(reference.sops)], reference);
  }
  const identity = process.env.DCN_HA_AGE_IDENTITY;
  const how = identity === undefined ? [] : ["--identity", identity];
  return runProgram(["age", "--decrypt", ...how, beside(reference.age)], reference);
}

function readFolder(reference: string, baseDir: string, options: SecretOptions): Promise<string> {
  if (secretFault(reference) !== undefined) {
    throw new DcnError(
      "invalid",
      "SECRET_REFERENCE",
      "a secret is named by its path below the secrets folder, as bmc/dcn1",
    );
  }
  const folder = options.folder ?? process.env.DCN_HA_SECRETS ?? join(baseDir, "secrets");
  return readOwnFile(join(folder, reference));
}

function readEnvironment(name: string): Promise<string> {
  const value = process.env[name];
  if (value === undefined) {
    throw new DcnError(
      "invalid",
      "SECRET_MISSING",
      `the environment variable ${name} of a secret is not set`,
      {
        hint: "set it for this command alone, not for the whole session",
      },
    );
  }
  return Promise.resolve(value);
}

// What the program prints, on either stream, may hold the secret: it reaches no message.
async function runProgram(argv: readonly string[], reference: SecretReference): Promise<string> {
  const transport = createLocalTransport();
  const [program = ""] = argv;
  try {
    const result = await transport.exec("this machine", {
      argv,
      timeoutMs: PROGRAM_TIMEOUT_MS,
      maxOutputBytes: MAX_BYTES,
    });
    if (result.exitCode === 0) return result.stdout;
    const how = result.timedOut
      ? "gave no answer in 60 s"
      : `ended with ${result.exitCode ?? result.signal ?? "?"}`;
    const text = `the secret ${secretText(reference)} cannot be read: ${program} ${how}`;
    throw new DcnError("failed", "SECRET_PROGRAM", text, {
      hint:
        result.exitCode === 127
          ? `install ${program}`
          : `run ${program} by hand to see why; its output is not shown here`,
    });
  } finally {
    await transport.close();
  }
}

// The mode is read from the open file, so that what was checked is what is read.
async function readOwnFile(file: string): Promise<string> {
  const handle = await open(file, "r").catch((error: unknown) => {
    const hint = "make the file, readable by you alone, or name another folder in DCN_HA_SECRETS";
    throw new DcnError("invalid", "SECRET_MISSING", `the secret file ${file} cannot be read`, {
      hint,
      cause: error,
    });
  });
  try {
    const status = await handle.stat();
    if (!status.isFile() || status.size > MAX_BYTES) {
      throw new DcnError("invalid", "SECRET_MISSING", `${file} is no file of at most 64 KiB`);
    }
    if ((status.mode & OTHERS) !== 0) {
      throw new DcnError("refused", "SECRET_EXPOSED", `others than its owner may open ${file}`, {
        hint: `chmod 600 ${file}`,
      });
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
