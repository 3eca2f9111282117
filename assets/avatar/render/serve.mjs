// Bundles the render page with the room of the front end and serves it, and the built files, on 127.0.0.1.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const avatar = dirname(here);
const frontend = join(avatar, '..', '..', 'frontend');
const bundle = join(avatar, '.cache', 'render');
const TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.vrm': 'model/gltf-binary',
};

async function build() {
  const require = createRequire(join(frontend, 'package.json'));
  const vite = await import(pathToFileURL(require.resolve('vite')).href);
  const alias = [
    { find: /^@scene\//, replacement: `${frontend}/src/components/interviewer/scene/` },
    { find: /^three$/, replacement: join(frontend, 'node_modules', 'three', 'build', 'three.module.js') },
  ];
  await vite.build({
    root: here, base: '/render/', configFile: false, logLevel: 'error', resolve: { alias },
    build: { outDir: bundle, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 2000 },
  });
}

/** Starts the server on a free port; `built` may point at another folder of models. */
export async function serve(built) {
  await build();
  const roots = { render: bundle, built: built ?? join(avatar, 'built') };
  const server = createServer((request, response) => {
    const [, first, ...rest] = decodeURIComponent(new URL(request.url, 'http://x').pathname).split('/');
    const root = roots[first];
    const path = root && normalize(join(root, ...rest));
    if (!path?.startsWith(root + sep) || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
