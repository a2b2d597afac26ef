// What of an image lies below /usr as an RPM: image builder takes files below /etc alone (rpm-spec(5)).
import type { ImageFile } from "./image-file.js";

/** Name and place of a package that is made of rendered files. */
export interface ImageRpm {
  readonly name: string;
  readonly summary: string;
  readonly version: string;
  /** Later packages have a higher one. */
  readonly release: string;
}

/** The spec of a package of `files`, which lie below `root/` beside it. */
export function rpmSpec({ name, summary, version, release }: ImageRpm, files: readonly ImageFile[]): string {
  const listed = files.map((file) =>
    "link" in file ? file.path : `%attr(${file.mode}, root, root) ${file.path}`,
  );
  const folders = [...new Set(files.flatMap(({ path }) => foldersOf(path)))].sort();
  return [
    `Name: ${name}`,
    `Version: ${version}`,
    `Release: ${release}`,
    `Summary: ${summary}`,
    "License: Apache-2.0",
    "BuildArch: noarch",
    "# Scripts of ours run on whatever the image has; rpm shall not guess.",
    "AutoReqProv: no",
    "%global __brp_mangle_shebangs %{nil}",
    "%description",
    "What dcn-ha and the image set bring below /usr.",
    "%install",
    "cp -a %{_sourcedir}/root/. %{buildroot}/",
    "%files",
    ...folders.map((path) => `%dir ${path}`),
    ...listed,
    "",
  ].join("\n");
}

/** The folders of our own; those of the distribution belong to its packages. */
function foldersOf(path: string): string[] {
  const steps = path.split("/");
  const all = steps.slice(1, -1).map((_, index) => steps.slice(0, index + 2).join("/"));
  return all.filter((folder) => folder.includes("dcn-ha"));
}
