import type { Page } from "playwright-core";

/** Texts whose contrast is less than the 4.5 that WCAG AA wants. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no canvas to read colours with");
    const luminance = (color: string): number => {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element: Element | null): string => {
      if (element === null) return "white";
      const color = getComputedStyle(element).backgroundColor;
      return /, 0\)$|transparent/.test(color) ? ground(element.parentElement) : color;
    };
    const faint: string[] = [];
    for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === 3)
        .map((node) => node.nodeValue);
      if (text.join("").trim() === "") continue;
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${text.join("").trim()}`);
    }
    return faint;
  });
}
