// Fence devices at the address of a computer of their group, and what only looks like it.
import { expect, test } from "vitest";
import { GROUP, lines } from "./group.js";

const DCN1 = "{ redfish: { address: 10.40.0.11, username: dcn, password: { secret: bmc/dcn1 } } }";
const said = (text: string): string[] => lines(text).filter((one) => one.includes("FENCE_ADDRESS_OF_NODE"));
const with1 = (fence: string, ssh = ""): string => GROUP.replace(`fence: ${DCN1}`, `${ssh}fence: ${fence}`);
const board = (address: string, more = ""): string =>
  `{ redfish: { address: ${address}, ${more}username: dcn, password: { secret: bmc/dcn1 } } }`;
const LOGIN = "ssh: { address: 198.51.100.7 }\n    ";

test("a board at the node's own address, or at another node's", () => {
  expect(said(with1(board("10.20.0.11")))[0]).toContain("10.20.0.11 is dcn1's own address");
  expect(said(with1(board("10.20.0.12")))[0]).toContain(
    "is the address of the node dcn2, and not of a board",
  );
  expect(said(with1(board("198.51.100.7"), LOGIN))).toHaveLength(1);
});

test("a board of the same chipset, and one behind a port of the router where one logs in", () => {
  const amt = "{ agent: { name: fence_amt, parameters: { ip: 10.20.0.11 } } }";
  expect(said(with1(amt))).toEqual([]);
  expect(said(with1(board("198.51.100.7", "port: 8441, "), LOGIN))).toEqual([]);
  // A port is none of a router's where the address is in a network of the nodes.
  expect(said(with1(board("10.20.0.11", "port: 8441, ")))).toHaveLength(1);
});
