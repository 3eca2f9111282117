// A static server on 127.0.0.1 for the render page: this folder, the built files and the libraries of the front end.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const avatar = dirname(here);
const modules = join(avatar, '..', '..', 'frontend', 'node_modules');
const TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.vrm': 'model/gltf-binary',
};

/** Folders of the page, by the first part of the path. */
const ROOTS = { render: here, built: join(avatar, 'built'), modules };

/** Starts the server on a free port; `built` may point at another folder of models. */
export async function serve(built) {
  const roots = built ? { ...ROOTS, built } : ROOTS;
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
