// Sprite sheets and portraits of the built models: node render/sprites.mjs [--built folder] [id ...]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStudio } from './studio.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { built: { type: 'string' } } });
const built = resolve(values.built ?? join(here, '..', 'built'));
const cast = JSON.parse(readFileSync(join(here, '..', 'cast.json'), 'utf8'));
const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'I', 'O', 'U'];
const LIMIT = 180_000;

const studio = await openStudio(built);
const decode = (url) => Buffer.from(url.split(',')[1], 'base64');
try {
  for (const { id } of cast) {
    if (positionals.length && !positionals.includes(id)) continue;
    let sheet;
    for (let quality = 0.86; quality > 0.5; quality -= 0.06) {
      sheet = await studio.sprites(id, VISEMES, quality);
      if (decode(sheet.image).length <= LIMIT) break;
    }
    writeFileSync(join(built, `${id}.webp`), decode(sheet.image));
    writeFileSync(join(built, `${id}.json`), `${JSON.stringify(sheet.layout)}\n`);
    await studio.load(id);
    const portrait = { width: 480, height: 640, frame: 0.46, drop: 0.075, express: { smile_soft: 0.9 } };
    writeFileSync(join(built, `${id}-portrait.webp`), await studio.image('picture', { ...portrait, type: 'image/webp', quality: 0.88 }));
    console.log(`${id}: sheet ${decode(sheet.image).length} bytes, ${sheet.layout.size.join(' x ')}`);
  }
  const row = { width: 400, height: 480, frame: 0.5, drop: 0.09, express: { smile_soft: 0.9 } };
  const all = cast.map(({ id, name }) => ({ ...row, id, label: name }));
  writeFileSync(join(here, '..', '..', '..', 'docs', 'interviewers.png'), await studio.image('sheet', all, 4));
  if (studio.problems.length) throw new Error(studio.problems.join('\n'));
} finally {
  await studio.close();
}
