/** @returns the size of the picture that was written, in pixels */
export async function savePicture(
  image: Bun.Image,
  target: string,
): Promise<{ readonly width: number; readonly height: number }> {
  await image.write(Bun.file(target));
  const { width, height } = await new Bun.Image(target).metadata();
  return { width, height };
}
