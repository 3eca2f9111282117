// Contact sheets for looking closely: node look.mjs <output folder> [--built folder] [--set quick|views|mouth|all] [id ...]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStudio } from './studio.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { built: { type: 'string' }, set: { type: 'string', default: 'all' } },
});
const [out, ...wanted] = positionals;
const cast = JSON.parse(readFileSync(join(here, '..', 'cast.json'), 'utf8')).map(({ id }) => id);
const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'I', 'O', 'U'];

const face = { frame: 0.3, drop: 0.03 };
const bust = { frame: 0.62, drop: 0.12 };
const room = { frame: 0.8, drop: 0.2 };
const hands = { frame: 0.45, drop: 0.46, rise: 30 };
const SETS = {
  quick: [4, [
    { ...hands, label: 'hands' }, { ...room, label: 'room' }, { ...face, label: 'face' }, { ...bust, turn: 35, label: 'three-quarter' },
  ]],
  views: [4, [
    { ...room, label: 'room' }, { ...bust, label: 'front' }, { ...bust, turn: 35, label: 'three-quarter' },
    { ...bust, turn: 90, label: 'side' }, { ...face, label: 'neutral' },
    { ...face, express: { happy: 1 }, label: 'happy' }, { ...face, express: { smile_soft: 1 }, label: 'smile_soft' },
    { ...face, express: { blink: 1 }, label: 'blink' },
    { ...hands, label: 'hands' }, { frame: 0.12, drop: 0, shift: 0.033, label: 'eye' },
    { frame: 0.34, drop: 0.26, label: 'collar' }, { ...bust, turn: 180, label: 'back' },
  ]],
  mouth: [6, [
    ...VISEMES.map((v) => ({ frame: 0.2, drop: 0.06, express: { [`viseme_${v}`]: 1 }, label: v })),
    ...['happy', 'attentive', 'thinking', 'relaxed', 'surprised', 'lookDown', 'lookUp']
      .map((e) => ({ ...face, express: { [e]: 1 }, look: [0, { lookDown: -14, lookUp: 12 }[e] ?? 0], label: e })),
    { ...face, express: { blink: 0.5 }, label: 'half blink' },
    { ...face, look: [18, 0], label: 'look aside' },
  ]],
};
SETS.face = [3, [{ ...face, label: 'neutral' }, { ...face, turn: 30, label: '30' }, { ...face, express: { smile_soft: 1 }, label: 'smile_soft' }]];

SETS.zoom = [4, [...['sil', 'PP', 'FF', 'TH', 'SS', 'aa', 'O', 'E'].map((v) => ({ frame: 0.08, drop: 0.075, express: { [`viseme_${v}`]: 1 }, label: v })),
  ...[0, 0.25, 0.5, 0.75].map((w) => ({ frame: 0.1, drop: 0, express: { blink: w }, label: `blink ${w}` }))]];
SETS.dots = [2, [{ frame: 0.12, drop: 0.36, shift: 0.02, label: "" }, { frame: 0.04, drop: 0.38, shift: 0.02, label: "" }]];
SETS.arm = [3, [-40, 0, 40].map((turn) => ({ frame: 0.14, drop: 0.3, shift: -0.13, turn, label: `${turn}` }))];
SETS.hair = [3, [{ frame: 0.16, drop: -0.07, label: 'front' }, { frame: 0.16, drop: -0.05, turn: 40, label: '40' }, { frame: 0.26, drop: -0.02, turn: 90, label: 'side' }]];
SETS.collar = [3, [-40, 0, 40].map((turn) => ({ frame: 0.3, drop: 0.24, turn, rise: 8, label: `${turn}` }))];

mkdirSync(out, { recursive: true });
const studio = await openStudio(values.built && resolve(values.built));
try {
  for (const id of wanted.length ? wanted : cast) {
    await studio.load(id);
    for (const set of values.set === 'all' ? ['views', 'mouth'] : values.set.split(',')) {
      const [columns, shots] = SETS[set];
      const size = ['mouth', 'zoom'].includes(set) ? { width: 300, height: 300 } : set === 'views' ? { width: 480, height: 480 } : { width: 640, height: 640 };
      const picture = await studio.image('sheet', shots.map((s) => ({ ...size, ...s })), columns, 'image/png');
      writeFileSync(join(out, `${id}-${set}.png`), picture);
    }
  }
  if (studio.problems.length) console.error(studio.problems.join('\n'));
} finally {
  await studio.close();
}
