// Opens the render page in headless Chromium and hands back a small remote control.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './serve.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '..', '..', '..', 'frontend', 'package.json'));

const BROWSERS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'];

export async function openStudio(built) {
  const { chromium } = require('@playwright/test');
  const site = await serve(built);
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.setDefaultTimeout(180_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${site.url}/render/index.html`);
  await page.waitForFunction(() => Boolean(window.studio), null, { polling: 250, timeout: 60_000 });
  const call = (name, ...values) =>
    page.evaluate(([method, list]) => window.studio[method](...list), [name, values]);
  return {
    load: (id) => call('load', id),
    sprites: (...values) => call('sprites', ...values),
    stats: () => call('stats'),
    image: async (name, ...values) => Buffer.from((await call(name, ...values)).split(',')[1], 'base64'),
    problems,
    close: async () => {
      await browser.close();
      site.close();
    },
  };
}
