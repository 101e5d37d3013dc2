/** A file of a model: where the hub keeps it, and what it must be. */
interface CatalogueFile {
  /** `mmproj` translates pictures into what the model understands. */
  readonly role: "model" | "mmproj";
  /** Path inside the repository. */
  readonly remote: string;
  /** Approximate, for people; what counts is what the hub says. */
  readonly bytes: number;
  /** Null where none is known for certain: then the hub's published one counts. */
  readonly sha256: string | null;
}

/** A model that this program knows where to get. Its files are called NAME.gguf and NAME-mmproj.gguf here. */
export interface CatalogueModel {
  readonly name: string;
  readonly title: string;
  /** What it is good for, and on what machine. */
  readonly purpose: string;
  /** `chat` answers texts, and describes pictures when it has an mmproj; `picture` draws. */
  readonly kind: "chat" | "picture";
  readonly repository: string;
  /** A commit, so that the same name is the same file tomorrow. */
  readonly revision: string;
  readonly license: string;
  /** Main or graphics memory for weights, projector and a context of 8192 tokens (or one picture). A rule of thumb. */
  readonly memoryBytes: number;
  readonly files: readonly CatalogueFile[];
  /** What somebody should know before choosing it. */
  readonly remark?: string;
}

/**
 * The catalogue. Sizes are approximate. A checksum stands here only where several independent publications agree on it
 * for that commit.
 */
export const CATALOGUE: readonly CatalogueModel[] = [
  {
    name: "bunny",
    title: "Bunny Llama-3 8B V, Q4_K_M",
    purpose: "Answers texts and describes pictures; the specification's default.",
    kind: "chat",
    repository: "BAAI/Bunny-Llama-3-8B-V-gguf",
    revision: "0a1751f41d8240e2d1f6648620b30dad66cdf730",
    license: "Apache-2.0, and the Llama 3 Community License of its base",
    memoryBytes: 7.5e9,
    files: [
      { role: "model", remote: "ggml-model-Q4_K_M.gguf", bytes: 4.92e9, sha256: null },
      {
        role: "mmproj",
        remote: "mmproj-model-f16.gguf",
        bytes: 878e6,
        sha256: "96d033387a91e56cf97fa5d60e02c0128ce07c8fa83aaaefb74ec40541615ea5",
      },
    ],
    remark:
      "The GGUF files are of v1.0: its authors publish none of v1.1, because that needs a wrapper (S2) that llama.cpp lacks.",
  },
  {
    name: "qwen3-vl-2b",
    title: "Qwen3-VL 2B Instruct, Q4_K_M",
    purpose: "Small: texts and pictures, also without a graphics card.",
    kind: "chat",
    repository: "Qwen/Qwen3-VL-2B-Instruct-GGUF",
    revision: "52d6c8ffea26cc873ac5ad116f8631268d7eb503",
    license: "Apache-2.0",
    memoryBytes: 3.2e9,
    files: [
      {
        role: "model",
        remote: "Qwen3VL-2B-Instruct-Q4_K_M.gguf",
        bytes: 1_107_409_952,
        sha256: "089d75c52f4b7ffc56ba998ffc50aae89fcafc755f9e7208aacca281dca6c2ae",
      },
      {
        role: "mmproj",
        remote: "mmproj-Qwen3VL-2B-Instruct-Q8_0.gguf",
        bytes: 445_053_216,
        sha256: "f9a68fabba69c3b81e153367b2c7521030b0fa8bb0de400c9599c8e6725f9c82",
      },
    ],
  },
  {
    name: "qwen3-vl-8b",
    title: "Qwen3-VL 8B Instruct, Q4_K_M",
    purpose: "Strong: long texts, pictures, handwriting, charts, many languages.",
    kind: "chat",
    repository: "Qwen/Qwen3-VL-8B-Instruct-GGUF",
    revision: "f982a07559d4a2f6c8744d840bf6fccab30eea96",
    license: "Apache-2.0",
    memoryBytes: 8.5e9,
    files: [
      {
        role: "model",
        remote: "Qwen3VL-8B-Instruct-Q4_K_M.gguf",
        bytes: 5_027_784_800,
        sha256: "67d1659bfe71b89d50b45a4ad1a9e5b997e5bb16ce5da66a6a6167abd569e9e2",
      },
      {
        role: "mmproj",
        remote: "mmproj-Qwen3VL-8B-Instruct-F16.gguf",
        bytes: 1_159_029_824,
        sha256: "ca524100ebf825c9a870db1c580d03879e0da0ab2541697e2458e64891cf9d38",
      },
    ],
  },
  {
    name: "stable-diffusion-1.5",
    title: "Stable Diffusion 1.5, Q8_0",
    purpose: "Draws pictures of 512 × 512 pixels with stable-diffusion.cpp.",
    kind: "picture",
    repository: "second-state/stable-diffusion-v1-5-GGUF",
    revision: "031b5f5df991f511b3f5fa8fed6d99048ababb69",
    license: "CreativeML Open RAIL-M: also for business, some uses are forbidden",
    memoryBytes: 3e9,
    files: [
      {
        role: "model",
        remote: "stable-diffusion-v1-5-pruned-emaonly-Q8_0.gguf",
        bytes: 1_763_578_176,
        sha256: "d0555243938c62faeefb4ac93f6c7a053ad373a4290c5256bce229aeb193bf94",
      },
    ],
  },
];

export function catalogueModel(name: string): CatalogueModel | undefined {
  return CATALOGUE.find((model) => model.name === name);
}

/** What all its files take on disk, approximately. */
export function downloadBytes({ files }: CatalogueModel): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
