import { HttpFailure } from "../http-failure.ts";
import { type FileKind, sniffFileKind } from "./file-kind.ts";

export interface Asset {
  /** 12 hex digits, as Canvus names assets in public. */
  readonly hash: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined for bytes that nobody recognises; they are kept and delivered all the same. */
  readonly kind: FileKind | undefined;
}

/** All files of the simulated server together. Nothing is ever evicted: an undo may ask for any of them. */
const MAX_TOTAL_BYTES = 1024 * 1024 * 1024;

export class AssetStore {
  readonly #assets = new Map<string, Asset>();
  readonly #onAdded: (asset: Asset) => void;
  #totalBytes = 0;

  /** @param onAdded is told about each new asset before anybody can ask for it */
  constructor(onAdded: (asset: Asset) => void = () => undefined) {
    this.#onAdded = onAdded;
  }

  /** Equal files share one asset. @throws HttpFailure 413 when the store is full */
  add(bytes: Uint8Array<ArrayBuffer>): Asset {
    const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 12);
    const known = this.#assets.get(hash);
    if (known !== undefined) return known;
    if (this.#totalBytes + bytes.byteLength > MAX_TOTAL_BYTES)
      throw new HttpFailure(413, "Asset store is full");
    const asset: Asset = { hash, bytes, kind: sniffFileKind(bytes) };
    this.#onAdded(asset);
    this.#assets.set(hash, asset);
    this.#totalBytes += bytes.byteLength;
    return asset;
  }

  get(hash: string): Asset | undefined {
    return this.#assets.get(hash);
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }
}
