// Profiles that no controller may take: too many, too deep, no text, no YAML.

const head = "kind: NodeGroup\nname: broken\npolicy: edge-three-node\nnetworks: [site]\n";

/** Broken profiles by name. */
export function brokenInputs(): readonly { readonly name: string; readonly content: string | Buffer }[] {
  const aliases = Array.from({ length: 12 }, (_, at) => {
    const before = at === 0 ? "lol" : `*a${at - 1}`;
    return `a${at}: &a${at} [${Array.from({ length: 9 }, () => before).join(", ")}]`;
  });
  return [
    { name: "no-utf-8", content: Buffer.from([0x6b, 0x69, 0x6e, 0x64, 0x3a, 0x20, 0xff, 0xfe, 0x0a]) },
    { name: "no-yaml", content: `${head}nodes: [ {\n` },
    { name: "aliases", content: `${head}${aliases.join("\n")}\n` },
    { name: "deep", content: `${head}nodes: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n` },
    {
      name: "many",
      content: `${head}nodes: []\nworkloads:\n${Array.from(
        { length: 20_000 },
        (_, at) => `  - { name: w${at}, profile: nothing }`,
      ).join("\n")}\n`,
    },
  ];
}
