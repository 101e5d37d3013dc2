/** A file embedded into the executable by `with { type: "file" }`; the import is its path, also inside the executable. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
