// Fails when a file is longer than 250 lines or an import goes against pages -> components -> hooks -> utils.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const root = new URL("../src", import.meta.url).pathname;
const RANK = { utils: 0, hooks: 1, components: 2, pages: 3 };
const MAX_LINES = 250;
// What every subject may use: the small parts, and the interviewer, who is met on several pages.
const SHARED = new Set(["ui", "interviewer"]);

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(tsx?|css)$/.test(entry.name) && !entry.name.endsWith(".gen.ts"))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const problems = [];
for (const file of files) {
  const name = relative(root, file);
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES) problems.push(`${name}: ${lines} lines, at most ${MAX_LINES}`);
  const [layer, subject] = name.split(sep);
  if (!(layer in RANK)) continue;
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const [toLayer, toSubject] = relative(root, join(file, "..", target)).split(sep);
    if (!(toLayer in RANK)) continue;
    if (RANK[toLayer] > RANK[layer]) problems.push(`${name} imports ${toLayer}: ${target}`);
    const acrossSubjects = layer === "components" && toLayer === "components" && toSubject !== subject;
    if (acrossSubjects && !SHARED.has(toSubject)) problems.push(`${name} imports another subject: ${target}`);
  }
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(1);
}
