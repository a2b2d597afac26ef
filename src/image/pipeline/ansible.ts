// The graph as a playbook of the IT-automation pattern: infrastructure first, and away again whatever happens.
import type { PipelineSettings, PipelineStep } from "./graph.js";

/** A playbook: `create` and `remove` are commands that bring a build machine and take it away; empty where the inventory's own is used. */
export function playbook(settings: PipelineSettings, steps: readonly PipelineStep[]): object[] {
  return [
    {
      name: `Images of ${settings.set}, from a change in Git to the channel ${settings.channel}`,
      hosts: "builders",
      gather_facts: false,
      become: true,
      vars: {
        source: `/var/lib/${settings.set}-images/source`,
        // Argument lists, for a provider of machines: ["openstack", "server", "create", …].
        create_infrastructure: [],
        remove_infrastructure: [],
      },
      tasks: [
        {
          name: "Build, test and publish",
          block: [
            {
              name: "Create the infrastructure",
              "ansible.builtin.command": { argv: "{{ create_infrastructure }}" },
              delegate_to: "localhost",
              become: false,
              changed_when: true,
              when: "create_infrastructure | length > 0",
            },
            { name: "Wait for the machine", "ansible.builtin.wait_for_connection": { timeout: 600 } },
            ...steps.map((step) => ({
              name: step.title,
              "ansible.builtin.command": { argv: ["dcn-ha", ...step.argv], chdir: "{{ source }}" },
              changed_when: step.name !== "lint" && step.name !== "test",
              tags: [step.name],
            })),
          ],
          always: [
            {
              name: "Remove the infrastructure, also after a step that failed",
              "ansible.builtin.command": { argv: "{{ remove_infrastructure }}" },
              delegate_to: "localhost",
              become: false,
              changed_when: true,
              when: "remove_infrastructure | length > 0",
            },
          ],
        },
      ],
    },
  ];
}
