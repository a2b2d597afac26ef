// ImageSet: the OS images of all roles and sites, as layers that branch (bootc, rpm-ostree, ostree; docs/images.md).
import {
  containerName,
  enabledUnit,
  healthScript,
  imagePathFault,
  kernelArgument,
  ostreeRef,
  packageName,
  pinnedImage,
  repository,
  unit,
} from "./image-values.js";
import { deadlinesSchema, windowSchema } from "./rollout.js";
import { duration, host, name, text } from "./values.js";
import { z } from "./zod.js";

const file = z
  .strictObject({
    content: text.optional().describe("The text of the file"),
    from: text.min(1).optional().describe("A file to copy, relative to this file"),
    mode: text
      .regex(/^0?[0-7]{3}$/)
      .optional()
      .describe("Mode in octal digits; default 0644"),
  })
  .check((context) => {
    const { content, from } = context.value;
    if ((content === undefined) !== (from === undefined)) return;
    const params = { code: "FILE_WITHOUT_SOURCE" };
    const message = "a file has either content or from";
    context.issues.push({ code: "custom", message, input: context.value, params });
  });

const files = z.record(z.string(), file).check((context) => {
  for (const path of Object.keys(context.value)) {
    const fault = imagePathFault(path);
    if (fault === undefined) continue;
    const params = { code: fault.code, atKey: true };
    context.issues.push({
      code: "custom",
      message: fault.text,
      input: context.value,
      path: [path],
      params,
    });
  }
});

const packages = z.union([
  packageName,
  z.strictObject({
    debian: packageName.optional().describe("Its name in Debian; absent: not there"),
    rpm: packageName.optional().describe("Its name in Fedora, CentOS Stream and RHEL; absent: not there"),
  }),
]);

const port = z.int().min(1).max(65_535);
const application = z
  .strictObject({
    image: containerName.describe("Its container image"),
    command: z.array(text).optional().describe("Arguments instead of the image's own"),
    environment: z.record(text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/), text).optional(),
    ports: z
      .array(text.regex(/^([0-9.]+:)?[0-9]+:[0-9]+(\/(tcp|udp))?$/))
      .optional()
      .describe("Published ports, as 8080:80"),
    volumes: z
      .array(text.regex(/^(\/[A-Za-z0-9@_+:,=~.-]+)+$|^[A-Za-z0-9][A-Za-z0-9_.-]*:\/[A-Za-z0-9@_+:,=~./-]+$/))
      .optional()
      .describe("As podman takes them: /srv/data:/data:ro"),
    update: z
      .enum(["image", "auto"])
      .optional()
      .describe(
        "image: with the next image of the node (default); auto: podman takes what the tag names now, and goes back where it does not start",
      ),
    user: name.optional().describe("Runs without root, as this user"),
    onDemand: z
      .strictObject({
        listen: port.describe("Port that devices ask on"),
        port: port.describe("Port of the container"),
        idle: text
          .regex(/^[0-9]+(s|min|h)$/)
          .optional()
          .describe("Stops when nobody asked for so long; default 30s"),
      })
      .optional()
      .describe("Runs while somebody asks, and not at all while nobody does"),
  })
  .check((context) => {
    const { image, update } = context.value;
    if (update !== "auto" || !image.includes("@sha256:")) return;
    const params = { code: "UPDATE_OF_PINNED_IMAGE" };
    const message = "an image that is pinned by its digest never changes: name a tag, or leave update out";
    context.issues.push({ code: "custom", message, input: image, path: ["update"], params });
  });

const partShape = {
  packages: z.array(packages).optional().describe("Packages of the distribution"),
  files: files.optional().describe("Path in the image → what stands there"),
  units: z
    .strictObject({
      enable: z.array(enabledUnit).optional().describe("Start at boot"),
      mask: z.array(unit).optional().describe("Never start"),
    })
    .optional(),
  kernelArguments: z.array(kernelArgument).optional(),
  images: z
    .array(pinnedImage)
    .optional()
    .describe("Container images that lie on the node before a workload starts"),
  applications: z
    .record(name, application)
    .optional()
    .describe(
      "Containers that run on each node beside the cluster; what the cluster manages is a workload of a group",
    ),
};
const part = z.strictObject(partShape);

const ptp = z.strictObject({
  interface: text.regex(/^[A-Za-z0-9._-]{1,15}$/).describe("Network interface with a PTP clock"),
  domain: z.int().min(0).max(127).optional().describe("Default 0"),
  transport: z.enum(["L2", "UDPv4", "UDPv6"]).optional().describe("Default UDPv4"),
});

const network = z.strictObject({
  interface: text.regex(/^[A-Za-z0-9._*-]{1,15}$/).describe("Name of the network interface, as eth0"),
  mtu: z.int().min(576).max(9_216).optional(),
  addresses: z
    .enum(["dhcp", "elsewhere"])
    .optional()
    .describe("dhcp: the site gives each device its address (default); elsewhere: nothing of ours does"),
});

const site = z.strictObject({
  ...partShape,
  time: z
    .strictObject({ ntp: z.array(host).min(1).optional(), ptp: ptp.optional() })
    .optional()
    .describe("Where the site's clocks get their time"),
  networks: z.record(name, network).optional().describe("Network of the groups → interface of the devices"),
  groups: z
    .array(text.min(1))
    .optional()
    .describe("NodeGroups of the site, by name or by the path of their file"),
});

const base = z
  .strictObject({
    debian: z.enum(["bookworm", "trixie"]).optional().describe("Suite, for images of Debian and ostree"),
    container: containerName.optional().describe("Bootable container image, for Containerfiles"),
    digest: text
      .regex(/^sha256:[0-9a-f]{64}$/)
      .optional()
      .describe("Of the container image; default: what the lock file has"),
    distribution: z
      .enum(["centos-9", "centos-10", "rhel-9", "rhel-10", "fedora"])
      .optional()
      .describe("What the container image is made of, and what image builder composes"),
  })
  .check((context) => {
    const { debian, container, distribution } = context.value;
    if (distribution === undefined ? debian !== undefined && container === undefined : true) return;
    const params = { code: "IMAGE_BASE" };
    const message = "name debian, or a distribution with the container image that it comes in, or both";
    context.issues.push({ code: "custom", message, input: context.value, params });
  });

const updates = z.strictObject({
  autonomous: z
    .boolean()
    .describe("The nodes take their next image by themselves, one of a group at a time; default false"),
  channel: name
    .optional()
    .describe("Channel of the repository that they follow; default: what they follow anyway"),
  windows: z.array(windowSchema).min(1).optional().describe("A node's turn begins only in one of them"),
  downloadWindows: z
    .array(windowSchema)
    .min(1)
    .optional()
    .describe("An image is fetched only in one of them"),
  soak: duration.optional().describe("How long a node is well before the next one; default 60s"),
  orderWait: duration
    .optional()
    .describe("How long a node waits for emptier ones, for each workload that it runs; default 2min"),
  deadlines: deadlinesSchema.omit({ fetch: true }).optional(),
  force: z
    .array(text.regex(/^[A-Z][A-Z_]+$/))
    .optional()
    .describe("Codes of findings about an image to go on in spite of, as rollout start --force"),
});

export const imageSetSchema = z
  .strictObject({
    kind: z.literal("ImageSet"),
    name,
    summary: text.optional(),
    version: text.regex(/^[0-9]+\.[0-9]+\.[0-9]+$/).describe("Of what the images hold, as 1.0.0"),
    base: base.describe("What everything is built on"),
    registry: repository.optional().describe("Where container images go, as registry.site:5000/plant"),
    ostree: z
      .strictObject({
        ref: ostreeRef,
        url: text
          .regex(/^https?:\/\/[^\s"']+$/)
          .optional()
          .describe("Where the devices pull from, as http://images.site/repo"),
        remote: name.optional().describe("What the devices call it; default dcn-ha"),
      })
      .optional(),
    packages: z.array(packages).optional().describe("What all images have besides the cluster's packages"),
    configuration: part.optional().describe("What all images are configured with"),
    workload: part.optional().describe("What all roles run"),
    roles: z.record(name, part).describe("What only devices of this role have"),
    sites: z.record(name, site).describe("What only devices of this site have"),
    health: z
      .strictObject({
        required: z.array(healthScript).optional().describe("Scripts; a device where one fails goes back"),
        wanted: z.array(healthScript).optional().describe("Scripts; a failed one is only told"),
      })
      .optional()
      .describe("Health checks beside our own, as paths relative to this file"),
    updates: updates
      .optional()
      .describe("How nodes with these images get the next ones without a controller"),
  })
  .check((context) => {
    const { configuration, workload, roles, sites } = context.value;
    const parts = Object.entries({
      configuration,
      workload,
      ...Object.fromEntries(Object.entries(roles).map(([role, one]) => [`roles ${role}`, one])),
      ...Object.fromEntries(Object.entries(sites).map(([site, one]) => [`sites ${site}`, one])),
    });
    const kinds = parts
      .filter(([, one]) => Object.values(one?.applications ?? {}).some(({ user }) => user !== undefined))
      .map(([key]) => key);
    // Roles lie beside each other, and so do sites; any other two come into one image.
    if (new Set(kinds.map((key) => key.split(" ")[0])).size < 2) return;
    const params = { code: "USERS_IN_TWO_PARTS" };
    const message = `applications with a user stand in ${kinds.join(" and ")}: their ids come from one file of an image, so put them into one part`;
    context.issues.push({
      code: "custom",
      message,
      input: context.value,
      path: kinds[0]?.split(" ") ?? [],
      params,
    });
  })
  .meta({
    title: "ImageSet",
    description: "The OS images of all roles and sites, as layers that branch",
  });

/** An image set as written. */
export type ImageSet = z.infer<typeof imageSetSchema>;
/** What one layer adds. */
export type ImagePart = z.infer<typeof part>;
/** A container beside the cluster. */
export type ImageApplication = z.infer<typeof application>;
/** What a site adds. */
export type ImageSite = z.infer<typeof site>;
/** How nodes update themselves. */
export type ImageUpdates = z.infer<typeof updates>;
/** What everything is built on. */
export type ImageBase = z.infer<typeof base>;
/** A package, where its name differs with one for each family. */
export type PackageText = z.infer<typeof packages>;
