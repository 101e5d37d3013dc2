import { until } from "./executable.ts";
import type { TestCanvas } from "./test-canvas.ts";

export interface TestWidget {
  readonly id: string;
  readonly title: string;
  readonly hash: string;
  readonly parent_id: string;
  readonly location: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly scale: number;
}

/** Uploads a file as other Canvus clients do. */
export async function dropFile(
  { url, token }: { readonly url: string; readonly token: string },
  canvas: TestCanvas,
  kind: "pdfs" | "images",
  file: { readonly data: Uint8Array; readonly name: string; readonly fields?: Record<string, unknown> },
): Promise<TestWidget> {
  const form = new FormData();
  form.append("json", JSON.stringify({ title: file.name, ...file.fields }));
  form.append("data", new Blob([new Uint8Array(file.data)]), file.name);
  const address = `${url}/api/v1/canvases/${canvas.id}/${kind}`;
  const response = await fetch(address, { method: "POST", body: form, headers: { "private-token": token } });
  if (!response.ok) throw new Error(`${kind}: ${response.status} ${await response.text()}`);
  return (await response.json()) as TestWidget;
}

/** The images of the canvas as they are now. */
export async function imagesOf(canvas: TestCanvas): Promise<readonly TestWidget[]> {
  return (await canvas.request("GET", "/images")) as TestWidget[];
}

/** Resolves when the images are as wished; they are looked at after each change of a note, and now and then. */
export async function untilImages<T>(
  canvas: TestCanvas,
  wish: (images: readonly TestWidget[]) => T | undefined,
): Promise<T> {
  let images = await imagesOf(canvas);
  return until(
    () => wish(images),
    (changed) => {
      const look = setInterval(async () => {
        images = await imagesOf(canvas).catch(() => images);
        changed();
      }, 50);
      return () => clearInterval(look);
    },
    () => `it did not happen; the images are:\n${JSON.stringify(images, null, 1)}`,
  );
}
