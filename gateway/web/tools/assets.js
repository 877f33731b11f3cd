// The files that the gateway serves: each with compressed variants and a version in its name.
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Files that pages load, and that browsers may therefore keep forever under a versioned name. */
const VERSIONED = /^[^.]+\.(js|css|svg)$/;

const VARIANTS = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

export class Assets {
  #files = new Map();

  add(name, text) {
    this.#files.set(name, Buffer.from(text));
  }

  /** @returns {string} `sluice-0123456789abcdef.js` for `sluice.js`; the gateway derives the same name */
  versioned(name) {
    const bytes = this.#files.get(name);
    if (!bytes || !VERSIONED.test(name)) {
      throw new Error(`${name} is not an asset, or not built before the page that refers to it`);
    }
    return name.replace(".", `-${hash(bytes)}.`);
  }

  /** Writes every file with its variants, and the hash of each of them into `assets.properties`. */
  async write(folder) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const hashes = [];
    const writeOne = async (name, bytes) => {
      hashes.push(`${name}=${hash(bytes)}`);
      await writeFile(join(folder, name), bytes);
    };
    for (const [name, bytes] of this.#files) {
      await writeOne(name, bytes);
      for (const [suffix, compress] of Object.entries(VARIANTS)) {
        const compressed = await compress(bytes);
        if (compressed.length < bytes.length) {
          await writeOne(`${name}.${suffix}`, compressed);
        }
      }
    }
    await writeFile(join(folder, "assets.properties"), `${hashes.join("\n")}\n`);
  }
}

/** A page's text with versioned names in all of its references to assets. */
export const withVersionedNames = (html, assets) =>
  html.replace(/\b((?:src|href)="(?:\.\.\/)?)([\w.-]+)"/g, (_, before, name) => {
    return `${before}${assets.versioned(name)}"`;
  });
