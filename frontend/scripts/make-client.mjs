// Writes src/utils/api/schema.gen.ts from an OpenAPI document: npm run client -- openapi.json
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const source = process.argv[2];
const caller = process.env.INIT_CWD ?? process.cwd();
const path = source ? resolve(caller, source) : "";
if (!source || !existsSync(path)) {
  process.stderr.write("Give the path of an OpenAPI JSON file: npm run client -- openapi.json\n");
  process.exit(2);
}
const root = new URL("..", import.meta.url).pathname;
execFileSync("npx", ["--no-install", "openapi-typescript", path, "--output", "src/utils/api/schema.gen.ts"], {
  cwd: root,
  stdio: "inherit",
});
