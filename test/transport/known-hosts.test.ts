import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hostKeysFor } from "../../src/transport/index.js";
import { keygen } from "./sshd.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-known-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeKey(name: string, type: string): string {
  keygen(join(folder, name), type);
  return readFileSync(join(folder, `${name}.pub`), "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
}
const ed = makeKey("ed", "ed25519");
const ec = makeKey("ec", "ecdsa");
const rsa = makeKey("rsa", "rsa");

test("plain entries, several names, comments and broken lines", () => {
  const text = `# comment\n\nDCN1.site,10.0.0.1 ${ed} someone@host\r\n10.0.0.1\t${ec}\n10.0.0.2 ${rsa}\n10.0.0.1\n10.0.0.1 ssh-ed25519 AAAA\n`;
  expect(hostKeysFor("10.0.0.1", 22, text)).toEqual([ed, ec]);
  expect(hostKeysFor("dcn1.SITE", 22, text)).toEqual([ed]);
  expect(hostKeysFor("10.0.0.2", 22, text)).toEqual([rsa]);
  expect(hostKeysFor("10.0.0.3", 22, text)).toEqual([]);
});

test("a port other than 22 is part of the name", () => {
  const text = `10.0.0.1 ${ed}\n[10.0.0.1]:2222 ${ec}\n`;
  expect(hostKeysFor("10.0.0.1", 2222, text)).toEqual([ec]);
  expect(hostKeysFor("10.0.0.1", 22, text)).toEqual([ed]);
  expect(hostKeysFor("10.0.0.1", 2223, text)).toEqual([]);
});

test("patterns and their negation", () => {
  const text = `*.site,!dcn9.site ${ed}\n10.0.0.? ${ec}\n`;
  expect(hostKeysFor("dcn1.site", 22, text)).toEqual([ed]);
  expect(hostKeysFor("dcn9.site", 22, text)).toEqual([]);
  expect(hostKeysFor("10.0.0.7", 22, text)).toEqual([ec]);
  expect(hostKeysFor("10x0.0.7", 22, text)).toEqual([]);
  expect(hostKeysFor("10.0.0.77", 22, text)).toEqual([]);
});

test("a revoked key is refused, wherever it stands, and an authority gives nothing", () => {
  expect(hostKeysFor("a", 22, `a ${ed}\na ${ec}\n@revoked * ${ed}\n`)).toEqual([ec]);
  expect(hostKeysFor("a", 22, `@revoked a ${ed}\na ${ed}\n`)).toEqual([]);
  expect(hostKeysFor("a", 22, `@revoked b ${ed}\na ${ed}\n`)).toEqual([ed]);
  expect(hostKeysFor("a", 22, `@cert-authority a ${ed}\n`)).toEqual([]);
});

test("entries that ssh-keygen has hashed", () => {
  const file = join(folder, "known_hosts");
  writeFileSync(file, `10.0.0.1 ${ed}\n[10.0.0.1]:2222 ${ec}\n`);
  execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
  const text = readFileSync(file, "utf8");
  expect(text).toContain("|1|");
  expect(text).not.toContain("10.0.0.1");
  expect(hostKeysFor("10.0.0.1", 22, text)).toEqual([ed]);
  expect(hostKeysFor("10.0.0.1", 2222, text)).toEqual([ec]);
  expect(hostKeysFor("10.0.0.2", 22, text)).toEqual([]);
});
