import { withSection } from "../marked-section.ts";
import { formatDefault } from "./format-value.ts";
import { formatNumeric, plainDurationUnit } from "./parse-value.ts";
import { SETTING_NAMES, type SettingName, settingOf } from "./schema.ts";
import type { Setting } from "./setting.ts";

const ENV_EXAMPLE_HEAD = [
  "Settings of CanvusLocalLLM. Take the # away in front of what you change; variables of the environment win over",
  "this file. An installed service reads canvuslocallm.env; otherwise copy this file to .env beside the executable,",
  "or into the data directory. CANVUS_SERVER, CANVUS_API_KEY, CANVAS_IDS and LLAMA_MODEL_PATH are all it needs.",
  "Times may have units (500ms, 60s, 1.5m), sizes too (50MB, 50MiB). Put values that contain # in quotes.",
];

/** The whole text of `.env.example`. */
export function envExample(): string {
  const lines = ENV_EXAMPLE_HEAD.map((line) => `# ${line}`);
  for (const [group, names] of groupSettings()) {
    lines.push("", `# ---- ${group} ----`);
    for (const name of names) lines.push("", ...exampleLines(name));
  }
  return `${lines.join("\n")}\n`;
}

/** The README's tables, one for each group. */
function settingsTables(): string {
  return groupSettings()
    .map(([group, names]) =>
      [
        `**${group}**`,
        "",
        "| Setting | Default | What it does |",
        "|---|---|---|",
        ...names.map((name) => tableRow(name)),
      ].join("\n"),
    )
    .join("\n\n");
}

/** @throws Error when the README lacks the markers */
export function withSettingsTables(readme: string): string {
  return withSection(readme, "settings", settingsTables());
}

/** The settings by group, in the order of the schema. */
export function groupSettings(): (readonly [string, readonly SettingName[]])[] {
  const groups = new Map<string, SettingName[]>();
  for (const name of SETTING_NAMES) {
    const group = settingOf(name).group;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups];
}

function exampleLines(name: SettingName): string[] {
  const setting = settingOf(name);
  const notes = Bun.wrapAnsi([setting.description, ...details(name, setting)].join(" "), 110).split("\n");
  const value = formatDefault(setting) || (setting.example ?? "");
  return [...notes.map((line) => `# ${line}`), `#${name}=${value}`];
}

function tableRow(name: SettingName): string {
  const setting = settingOf(name);
  const value = formatDefault(setting);
  const shown = value === "" ? (setting.required ? "required" : "") : `\`${value}\``;
  const text = [setting.description, ...details(name, setting)].join(" ");
  return `| \`${name}\` | ${shown} | ${text.replaceAll("|", "\\|").replaceAll("<", "&lt;")} |`;
}

function details(name: SettingName, setting: Setting): string[] {
  const notes: string[] = [];
  if (setting.type === "enum") notes.push(`One of ${setting.values.join(", ")}.`);
  if ("min" in setting) {
    const plain = setting.type === "duration" && plainDurationUnit(name) === 1 ? ", without unit in ms" : "";
    const steps = setting.multipleOf === undefined ? "" : `, in steps of ${setting.multipleOf}`;
    notes.push(
      `From ${formatNumeric(setting, setting.min)} to ${formatNumeric(setting, setting.max)}${steps}${plain}.`,
    );
  }
  if (setting.type === "path" && setting.windowsDefault) notes.push(`On Windows ${setting.windowsDefault}.`);
  if (setting.aliases) notes.push(`Also accepted: ${setting.aliases.join(", ")}.`);
  return notes;
}
