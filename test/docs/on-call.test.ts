// Every page for the one on call has what such a page needs, and the comparison that test/lab/on-call.test.ts holds them by can fail.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { missing, readPage } from "../lab/on-call-page.js";

const folder = "docs/on-call/";
const pages = readdirSync(folder).filter((name) => name !== "README.md");
const textOf = (page: string): string => readFileSync(folder + page, "utf8");

it.each(pages)("%s says what to do, what never to do, and when it is over", (page) => {
  const text = textOf(page);
  for (const words of ["**Never** ", "**It is over** "]) expect(text).toContain(words);
  expect(textOf("README.md")).toContain(`](${page}`);
});

it("all but the page on rollouts are played in the lab", () => {
  expect(pages.filter((page) => readPage(textOf(page)).length === 0)).toEqual(["rollout-halted.md"]);
});

it("a page that quotes what is not said is noticed", () => {
  const said = "lab-x: quorum (2 of 3 votes), DC dcn1\n\nnodes\n  dcn1  online  links ok\n  dcn2  unclean\n";
  expect(missing(["…quorum (2 of 3 votes)…", "  dcn2  unclean"], said)).toEqual([]);
  expect(missing(["lab-docs: quorum (2 of 3 votes), DC dcn3"], said)).toEqual([]);
  expect(missing(["  dcn2  offline", "…NO QUORUM…"], said)).toEqual(["  dcn2  offline", "…NO QUORUM…"]);
});
