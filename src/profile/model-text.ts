// The cluster model of a group as YAML 1.2, each thing with the place that it comes from as a comment behind it.
import { Document, isScalar, visit, type YAMLMap } from "yaml";
import { originText } from "./origins.js";
import type { ResolvedGroup } from "./resolved.js";

/** What a group becomes: its workloads, what they became, and the model; behind each thing `# file:line why`. */
export function modelText(group: ResolvedGroup): string {
  const workloads = group.workloads.map(({ name, profile, resourceId, form, start, needs }) => ({
    name,
    profile,
    resource: resourceId,
    form,
    start,
    ...(needs.length === 0 ? {} : { needs }),
  }));
  const document = new Document(
    { workloads, survive: group.survive, model: group.model },
    { aliasDuplicateObjects: false },
  );
  visit(document, {
    Map: (_, map) => {
      if (map.items.length > 0 && map.items.every((item) => isScalar(item.value))) map.flow = true;
      note(map, group);
    },
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

// A comment on a block map would stand before it, on its id it stands behind the line that names it.
function note(map: YAMLMap, group: ResolvedGroup): void {
  const id = map.get("id");
  const origin = typeof id === "string" ? group.origins.get(id) : undefined;
  if (origin === undefined) return;
  const text = ` ${originText(origin).replace(/\s+/g, " ")}`;
  if (map.flow === true) map.comment = text;
  else {
    const node = map.get("id", true);
    if (isScalar(node)) node.comment = text;
  }
}
