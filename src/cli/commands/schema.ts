// Prints the JSON Schema of a kind of document, so that editors complete and check profiles (JSON Schema 2020-12).
import { DcnError } from "../../errors/index.js";
import type { CommandDefinition } from "../command.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "prints the JSON Schema of a kind of profile, for editors",
  arguments: [{ name: "KIND", help: "a kind of document, for example NodeGroup" }],
  examples: ["dcn-ha schema NodeGroup > NodeGroup.schema.json"],
  run: async ({ arguments: [kind = ""], output }) => {
    const { hintFor, isProfileKind, jsonSchema, PROFILE_KINDS } = await import("../../profile/index.js");
    if (!isProfileKind(kind)) {
      throw new DcnError("usage", "UNKNOWN_KIND", `there is no kind ${kind}`, {
        hint: hintFor(kind, PROFILE_KINDS),
      });
    }
    const schema = jsonSchema(kind);
    output.answer(schema, JSON.stringify(schema, undefined, 2));
    return exitCodes.done;
  },
};
