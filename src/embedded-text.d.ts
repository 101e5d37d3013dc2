// Files imported `with { type: "text" }`: their content lies in the executable.
declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.svg" {
  const text: string;
  export default text;
}

declare module "*.service" {
  const text: string;
  export default text;
}

declare module "*.example" {
  const text: string;
  export default text;
}
