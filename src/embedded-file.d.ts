/** A file embedded into the executable by `with { type: "file" }`; the import is its path, also inside the executable. */
declare module "*.gguf" {
  const path: string;
  export default path;
}

declare module "*.png" {
  const path: string;
  export default path;
}

declare module "*.pdf" {
  const path: string;
  export default path;
}
