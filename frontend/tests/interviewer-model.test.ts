import "fake-indexeddb/auto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planFace, standIns } from "../src/utils/interviewer/face";
import { VISEMES } from "../src/utils/interviewer/lips";
import { pictureSize } from "../src/utils/interviewer/model/images";
import { createOwnModels } from "../src/utils/interviewer/own-model";
import { between, seeded } from "../src/utils/interviewer/random";
import { validateModel } from "../src/utils/interviewer/validate-model";

type Json = Record<string, unknown>;

/** A PNG of one pixel that says it has `side` by `side`. */
function png(side: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, side);
  new DataView(bytes.buffer).setUint32(20, side);
  return bytes;
}

/** One triangle with a picture: three points (36 bytes), three corners (6, padded to 8), the picture. */
function sample(change: (json: Json & { [key: string]: never }) => void = () => undefined, side = 512) {
  const bin = new Uint8Array(44 + 36);
  new Float32Array(bin.buffer, 0, 9).set([0, 0, 0, 1, 0, 0, 0, 1, 0]);
  new Uint16Array(bin.buffer, 36, 3).set([0, 1, 2]);
  bin.set(png(side), 44);
  const json: Json = {
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, children: [1] }, { name: "tip" }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
    materials: [{ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } }],
    textures: [{ source: 0 }],
    images: [{ bufferView: 2, mimeType: "image/png" }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 3, type: "VEC3" },
      { bufferView: 1, componentType: 5123, count: 3, type: "SCALAR" },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: 36 },
      { buffer: 0, byteOffset: 36, byteLength: 6 },
      { buffer: 0, byteOffset: 44, byteLength: 33 },
    ],
    buffers: [{ byteLength: 80 }],
  };
  change(json as never);
  return glb(json, bin);
}

function glb(json: unknown, bin: Uint8Array): ArrayBuffer {
  const raw = new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));
  const length = Math.ceil(raw.length / 4) * 4;
  const out = new Uint8Array(12 + 8 + length + 8 + bin.length).fill(0x20);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x46546c67, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, out.length, true);
  view.setUint32(12, length, true);
  view.setUint32(16, 0x4e4f534a, true);
  out.set(raw, 20);
  view.setUint32(20 + length, bin.length, true);
  view.setUint32(24 + length, 0x004e4942, true);
  out.set(bin, 28 + length);
  return out.buffer;
}

// biome-ignore lint/suspicious/noExplicitAny: tests damage the description in ways its type would forbid
type Damage = (json: any) => void;

const problem = (data: ArrayBuffer) => {
  const found = validateModel(data);
  return found.ok ? "fine" : found.problem.code;
};
const damaged = (change: Damage) => problem(sample(change as never));

describe("a model that somebody brings along", () => {
  it("is described when it is sound", () => {
    const found = validateModel(sample());
    expect(found).toMatchObject({
      ok: true,
      findings: { kind: "glb", triangles: 1, textures: 1, textureSide: 512 },
    });
  });

  const cases: [string, string, Damage][] = [
    [
      "a list with more numbers than the file",
      "out-of-bounds",
      (j) => {
        j.accessors[0].count = 4;
      },
    ],
    [
      "a huge count",
      "too-large",
      (j) => {
        j.accessors[0].count = 4_000_000_000;
      },
    ],
    [
      "a huge count without a place in the file",
      "too-large",
      (j) => {
        j.accessors[0] = { componentType: 5126, count: 90_000_000, type: "VEC3" };
      },
    ],
    [
      "a negative offset",
      "out-of-bounds",
      (j) => {
        j.bufferViews[0].byteOffset = -4;
      },
    ],
    [
      "an offset that is no whole number",
      "out-of-bounds",
      (j) => {
        j.accessors[0].byteOffset = 0.5;
      },
    ],
    [
      "an offset behind the end",
      "out-of-bounds",
      (j) => {
        j.accessors[0].byteOffset = 1 << 30;
      },
    ],
    [
      "a count that is text",
      "out-of-bounds",
      (j) => {
        j.accessors[0].count = "3";
      },
    ],
    [
      "no count",
      "out-of-bounds",
      (j) => {
        delete j.accessors[0].count;
      },
    ],
    [
      "a view behind the end",
      "out-of-bounds",
      (j) => {
        j.bufferViews[0].byteLength = 1000;
      },
    ],
    [
      "a view of no buffer",
      "out-of-bounds",
      (j) => {
        j.bufferViews[0].buffer = 7;
      },
    ],
    [
      "a buffer larger than the file",
      "out-of-bounds",
      (j) => {
        j.buffers[0].byteLength = 1e9;
      },
    ],
    [
      "a buffer elsewhere",
      "external",
      (j) => {
        j.buffers[0].uri = "https://example.org/a.bin";
      },
    ],
    [
      "a second buffer",
      "external",
      (j) => {
        j.buffers.push({ byteLength: 4, uri: "b.bin" });
      },
    ],
    [
      "a picture elsewhere",
      "external",
      (j) => {
        j.images[0] = { uri: "http://127.0.0.1/a.png" };
      },
    ],
    [
      "a picture that is a script",
      "external",
      (j) => {
        j.images[0] = { uri: "javascript:alert(1)" };
      },
    ],
    [
      "a drawing that can hold scripts",
      "image",
      (j) => {
        j.images[0] = { uri: "data:image/svg+xml;base64,PHN2Zz4=" };
      },
    ],
    [
      "a picture that is none",
      "image",
      (j) => {
        j.images[0] = { bufferView: 0 };
      },
    ],
    [
      "an index that is no point",
      "out-of-bounds",
      (j) => {
        j.accessors[0].count = 2;
      },
    ],
    [
      "a mesh that is not there",
      "out-of-bounds",
      (j) => {
        j.nodes[0].mesh = 3;
      },
    ],
    [
      "a mesh named by __proto__",
      "out-of-bounds",
      (j) => {
        j.nodes[0].mesh = "__proto__";
      },
    ],
    [
      "a type named constructor",
      "broken",
      (j) => {
        j.accessors[0].type = "constructor";
      },
    ],
    [
      "a node that is its own parent",
      "too-deep",
      (j) => {
        j.nodes[1].children = [1];
      },
    ],
    [
      "two nodes in each other",
      "too-deep",
      (j) => {
        j.nodes[1].children = [0];
      },
    ],
    [
      "a node with two parents",
      "too-deep",
      (j) => {
        j.nodes[0].children = [1, 1];
      },
    ],
    [
      "too many nodes",
      "too-deep",
      (j) => {
        j.nodes.push(...Array.from({ length: 2500 }, () => ({})));
      },
    ],
    [
      "a very long chain of nodes",
      "too-deep",
      (j) => {
        j.nodes = Array.from({ length: 500 }, (_, i) => ({ children: i < 499 ? [i + 1] : [], mesh: 0 }));
      },
    ],
    [
      "too many pieces",
      "too-deep",
      (j) => {
        j.nodes = Array.from({ length: 400 }, () => ({ mesh: 0 }));
      },
    ],
    [
      "too many triangles",
      "too-many-triangles",
      (j) => {
        j.accessors.push({ componentType: 5126, count: 400_000, type: "VEC3" });
        j.meshes[0].primitives = [{ attributes: { POSITION: 2 } }];
      },
    ],
    [
      "too many textures",
      "too-many-textures",
      (j) => {
        j.images = Array.from({ length: 17 }, () => j.images[0]);
      },
    ],
    [
      "a texture of a picture that is not there",
      "out-of-bounds",
      (j) => {
        j.textures[0].source = 9;
      },
    ],
    [
      "face shapes of another length",
      "out-of-bounds",
      (j) => {
        j.accessors.push({ componentType: 5126, count: 2, type: "VEC3" });
        j.meshes[0].primitives[0].targets = [{ POSITION: 2 }];
      },
    ],
    [
      "shared face shapes that unpack to gigabytes",
      "too-large",
      (j) => {
        j.accessors.push({ componentType: 5126, count: 90_000, type: "VEC3" });
        const target = { POSITION: 2 };
        j.meshes[0].primitives = [{ attributes: { POSITION: 2 }, targets: Array(150).fill(target) }];
      },
    ],
    [
      "changes behind the end",
      "out-of-bounds",
      (j) => {
        j.accessors[0].sparse = {
          count: 3,
          indices: { bufferView: 1, componentType: 5125 },
          values: { bufferView: 0 },
        };
      },
    ],
    [
      "more changes than numbers",
      "out-of-bounds",
      (j) => {
        j.accessors[0].sparse = { count: 4, indices: {}, values: {} };
      },
    ],
    [
      "bones that are not there",
      "out-of-bounds",
      (j) => {
        j.skins = [{ joints: [99] }];
      },
    ],
    [
      "too many bones",
      "too-deep",
      (j) => {
        j.skins = [{ joints: Array(300).fill(0) }];
      },
    ],
    [
      "an extension nobody knows",
      "extension",
      (j) => {
        j.extensionsRequired = ["ACME_secret"];
      },
    ],
    [
      "compressed shapes",
      "extension",
      (j) => {
        j.extensionsUsed = ["KHR_draco_mesh_compression"];
      },
    ],
    [
      "compressed pictures",
      "extension",
      (j) => {
        j.extensionsRequired = ["KHR_texture_basisu"];
      },
    ],
    [
      "behaviour of its own",
      "script",
      (j) => {
        j.extensionsUsed = ["KHR_interactivity"];
      },
    ],
    [
      "another version",
      "version",
      (j) => {
        j.asset.version = "1.0";
      },
    ],
    [
      "nothing to see",
      "empty",
      (j) => {
        j.nodes = [{}];
      },
    ],
    [
      "lists that are none",
      "broken",
      (j) => {
        j.accessors = { length: 5 };
      },
    ],
    [
      "a list of nothing",
      "broken",
      (j) => {
        j.meshes = [null];
      },
    ],
  ];
  for (const [what, code, change] of cases)
    it(`is refused with ${what}`, () => {
      expect(damaged(change)).toBe(code);
    });

  it("is refused when the container is wrong", () => {
    const good = new Uint8Array(sample());
    expect(problem(new ArrayBuffer(0))).toBe("not-glb");
    expect(problem(new TextEncoder().encode("PK\u0003\u0004 a zip, not a model").buffer as ArrayBuffer)).toBe(
      "not-glb",
    );
    expect(problem(good.slice(0, good.length - 10).buffer)).toBe("truncated");
    expect(problem(good.slice(0, 16).buffer)).toBe("truncated");
    expect(problem(new ArrayBuffer(26 * 1024 * 1024))).toBe("too-large");
    const liar = good.slice();
    new DataView(liar.buffer).setUint32(12, 0xfffffff0, true);
    expect(problem(liar.buffer)).toBe("truncated");
    const first = good.slice();
    new DataView(first.buffer).setUint32(4, 1, true);
    expect(problem(first.buffer)).toBe("version");
    expect(problem(glb("{", new Uint8Array(4)))).toBe("broken");
    expect(problem(glb(`${"[".repeat(200_000)}`, new Uint8Array(4)))).toBe("broken");
  });

  it("is refused when a small picture would unpack to a huge one", () => {
    expect(problem(sample(undefined, 30_000))).toBe("texture-too-large");
    expect(problem(sample(undefined, 2048))).toBe("fine");
    const inside = `data:image/png;base64,${Buffer.from(png(16_000)).toString("base64")}`;
    expect(
      damaged((j) => {
        j.images[0] = { uri: inside };
      }),
    ).toBe("texture-too-large");
    const bomb = `data:image/png;base64,${"A".repeat(8_000_000)}`;
    const began = performance.now();
    expect(
      damaged((j) => {
        j.images[0] = { uri: bomb };
      }),
    ).toBe("image");
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it("never throws and never takes long, whatever bytes are changed", () => {
    const rand = seeded(11);
    const good = new Uint8Array(sample());
    const began = performance.now();
    for (let round = 0; round < 1500; round++) {
      const bad = good.slice(0, rand() < 0.2 ? Math.floor(rand() * good.length) : good.length);
      for (let i = 0; i < 1 + rand() * 6; i++) bad[Math.floor(rand() * bad.length)] = between(rand, 0, 256);
      const found = validateModel(bad.buffer);
      if (!found.ok) expect(found.problem.message).toMatch(/^[A-Z].*\.$/);
    }
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it("says every problem in plain words, without an exclamation mark", () => {
    for (const [, , change] of cases) {
      const found = validateModel(sample(change as never));
      if (!found.ok) expect(found.problem.message).toMatch(/^[^!]{10,200}\.$/);
    }
  });
});

describe("the licence", () => {
  const meta = (extensions: Json) => {
    const found = validateModel(
      sample(((j: Json) => {
        j.extensions = extensions;
      }) as never),
    );
    if (!found.ok) throw found.problem;
    return found.findings;
  };
  it("of VRM 1.0 is read, and what it leaves out is not allowed", () => {
    const full = meta({
      VRMC_vrm: {
        meta: {
          name: "Maya",
          authors: ["A", "B"],
          licenseUrl: "https://vrm.dev/licenses/1.0/",
          allowRedistribution: true,
          modification: "allowModification",
          commercialUsage: "corporation",
        },
      },
    });
    expect(full.kind).toBe("vrm1");
    expect(full.licence).toEqual({
      title: "Maya",
      authors: ["A", "B"],
      terms: null,
      url: "https://vrm.dev/licenses/1.0/",
      redistribution: true,
      modification: true,
      commercial: true,
    });
    const bare = meta({ VRMC_vrm: { meta: { name: "N" } } }).licence;
    expect([bare.redistribution, bare.modification, bare.commercial]).toEqual([false, false, false]);
  });
  it("of VRM 0.x is read", () => {
    const { kind, licence } = meta({
      VRM: { meta: { title: "Old", author: "C", licenseName: "CC_BY_ND", commercialUssageName: "Disallow" } },
    });
    expect(kind).toBe("vrm0");
    expect(licence).toMatchObject({
      title: "Old",
      terms: "CC BY ND",
      authors: ["C"],
      redistribution: true,
      modification: false,
      commercial: false,
    });
  });
  it("never turns a script into a link", () => {
    expect(meta({ VRMC_vrm: { meta: { licenseUrl: "javascript:alert(1)" } } }).licence.url).toBeNull();
    expect(meta({ VRMC_vrm: { meta: { name: { a: 1 }, authors: "x" } } }).licence.title).toBeNull();
  });
});

describe("pictures", () => {
  it("tell their size: PNG, JPEG and the three kinds of WebP", () => {
    expect(pictureSize(png(300))).toEqual({ width: 300, height: 300 });
    const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 20, 0, 10, 3, 1, 0x22, 0];
    expect(pictureSize(Uint8Array.from(jpeg))).toEqual({ width: 10, height: 20 });
    const webp = (kind: string, fill: (view: DataView) => void) => {
      const bytes = new Uint8Array(32);
      bytes.set(new TextEncoder().encode("RIFF____WEBP"));
      bytes.set(new TextEncoder().encode(kind), 12);
      fill(new DataView(bytes.buffer));
      return pictureSize(bytes);
    };
    expect(
      webp("VP8X", (view) => {
        view.setUint8(24, 99);
        view.setUint8(27, 49);
      }),
    ).toEqual({ width: 100, height: 50 });
    expect(webp("VP8L", (view) => view.setUint32(21, 99 | (49 << 14), true))).toEqual({
      width: 100,
      height: 50,
    });
    expect(
      webp("VP8 ", (view) => {
        view.setUint16(26, 100, true);
        view.setUint16(28, 50, true);
      }),
    ).toEqual({ width: 100, height: 50 });
    expect(pictureSize(new Uint8Array(3))).toBeNull();
    expect(pictureSize(Uint8Array.from([0xff, 0xd8, 0xff]))).toBeNull();
  });
});

const ARKIT = [
  "jawOpen",
  "mouthClose",
  "mouthFunnel",
  "mouthPucker",
  "mouthRollLower",
  "mouthRollUpper",
  "mouthPressLeft",
  "mouthPressRight",
  "eyeBlink_L",
  "eyeBlink_R",
  "mouthSmileLeft",
  "mouthSmileRight",
  "browInnerUp",
  "browOuterUpLeft",
  "browOuterUpRight",
  "browDownLeft",
  "browDownRight",
];

describe("what stands in for a missing expression", () => {
  it("is nothing when the model has its own", () => {
    const own = [
      ...VISEMES.map((viseme) => `viseme_${viseme}`),
      "blink",
      "smile_soft",
      "attentive",
      "thinking",
    ];
    const plan = planFace(own, ["browInnerUp", "browOuterUpLeft"]);
    for (const viseme of VISEMES) expect(plan[viseme].source).toBe("own");
    expect(standIns(plan)).toEqual([]);
  });
  it("is made of the vowels of a VRM, with m, b and p closed", () => {
    const plan = planFace(["aa", "ih", "ou", "ee", "oh", "blink", "happy", "relaxed", "surprised"], []);
    expect(plan.aa.channels).toEqual([{ kind: "expression", name: "aa", weight: 1 }]);
    expect(plan.PP.channels).toEqual([]);
    expect(plan.CH.channels[0]?.name).toBe("ou");
    expect(standIns(plan).join(" ")).toContain("five vowel shapes");
  });
  it("is made of ARKit shapes, however their exporter writes them", () => {
    const plan = planFace([], ARKIT);
    for (const viseme of VISEMES) expect(["own", "arkit"]).toContain(plan[viseme].source);
    expect(plan.blink.channels.map((it) => it.name)).toEqual(["eyeBlink_L", "eyeBlink_R"]);
    expect(planFace([], ["viseme_aa", ...ARKIT]).aa.source).toBe("own");
  });
  it("is named when there is nothing", () => {
    const said = standIns(planFace([], []));
    expect(said[0]).toContain("no mouth shapes");
    expect(said.join(" ")).toContain("does not blink");
    for (const sentence of said) expect(sentence).toMatch(/^[A-Z][^!]*\.$/);
  });
});

describe("the store of the own model", () => {
  it("keeps one model, replaces it and forgets it", async () => {
    const store = createOwnModels("test-own");
    expect(await store.get()).toBeUndefined();
    await store.put({ name: "a.vrm", data: new Uint8Array([1, 2]).buffer, savedAt: 1 });
    await store.put({ name: "b.vrm", data: new Uint8Array([3]).buffer, savedAt: 2 });
    const kept = await store.get();
    expect([kept?.name, kept?.data.byteLength]).toEqual(["b.vrm", 1]);
    await store.remove();
    expect(await store.get()).toBeUndefined();
  });
});

const built = new URL("../../assets/avatar/built/", import.meta.url).pathname;
const models = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith(".vrm")) : [];

describe.runIf(models.length > 0)("the cast", () => {
  it.each(models)("%s would pass as a model of one's own, with nothing missing", (name) => {
    const file = readFileSync(built + name);
    const found = validateModel(
      file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer,
    );
    if (!found.ok) throw found.problem;
    expect(found.findings.kind).toBe("vrm1");
    expect(found.findings.licence.redistribution).toBe(true);
    expect(found.findings.triangles).toBeLessThan(30_000);
  });
});
