// Secrets by reference as profiles write them: a file, the environment, a program, sops or age; never the value.
import type { SecretReference } from "../cluster/index.js";
import { secretReference, text } from "./values.js";
import { z } from "./zod.js";

const path = text.min(1).describe("Relative to this file");

const source = z.union([
  secretReference,
  z.strictObject({ env: text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/).describe("Environment variable") }),
  z.strictObject({
    command: z
      .array(text.min(1))
      .min(1)
      .describe("Program and arguments; no shell. What it prints is the secret"),
  }),
  z.strictObject({
    sops: path,
    key: text.regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/).describe("Where in the file, as bmc.dcn1"),
  }),
  z.strictObject({ age: path }),
]);

/** `{ secret: … }`: what stands where a value must not. */
export const secretSchema = z.strictObject({ secret: source });

/** As profiles write it. */
export type SecretText = z.infer<typeof secretSchema>;

/** The secret where the value is one; undefined for every other value. */
export function secretOfValue(value: unknown): SecretReference | undefined {
  const read = secretSchema.safeParse(value);
  return read.success ? read.data.secret : undefined;
}

/** A file name for the secret on the nodes, made of what the reference names. */
export function secretFileName(reference: SecretReference): string {
  const parts =
    typeof reference === "string"
      ? [reference]
      : Object.entries<string | readonly string[]>(reference).flatMap(([kind, value]) =>
          [kind, value].flat(),
        );
  const name = parts
    .join("-")
    .replaceAll("/", "-")
    .replace(/[^A-Za-z0-9._-]+/g, "-");
  return name.replace(/^[.-]+/, "").slice(0, 100);
}
