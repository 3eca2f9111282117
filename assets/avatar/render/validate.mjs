// Runs the Khronos validator on some files; exit status 1 when it finds an error or a warning.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '..', '..', '..', 'frontend', 'package.json'));
const { validateBytes } = require('gltf-validator');

let bad = 0;
for (const path of process.argv.slice(2)) {
  const { issues, info } = await validateBytes(new Uint8Array(readFileSync(path)));
  bad += issues.numErrors + issues.numWarnings;
  console.log(`${path.split('/').pop()}: ${issues.numErrors} errors, ${issues.numWarnings} warnings, ${info.drawCallCount} primitives`);
  for (const { severity, code, message, pointer } of issues.messages)
    if (severity < 2) console.log(`  ${code} ${pointer ?? ''} ${message}`);
}
process.exitCode = bad ? 1 : 0;
