// Files imported `with { type: "text" }`: their content lies in the executable.
declare module "*.css" {
  const text: string;
  export default text;
}
