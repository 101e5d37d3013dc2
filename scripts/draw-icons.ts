import { join } from "node:path";
import { chromium } from "playwright-core";

/**
 * Draws the icons of the AI menu from installer/canvus-menu/source: `icons/` for Canvus' radial menu, `content/` for what
 * lands on the canvas. Run it after a change of a source; needs Chromium.
 */
const MENU = join(import.meta.dir, "../installer/canvus-menu");

/** The size that the menu asks for, and smaller ones for documents and small screens. */
const MENU_SIZES = [937, 256, 64] as const;

const ICONS = [
  {
    source: "pdf-precis",
    name: "AI_Icon_PDF_Precis",
    caption: "PDF summary",
    content: { width: 193, height: 250 },
  },
  {
    source: "canvus-precis",
    name: "AI_Icon_Canvus_Precis",
    caption: "Canvas summary",
    content: { width: 209, height: 250 },
  },
  {
    source: "image-analysis",
    name: "AI_Icon_Image_Analysis",
    caption: "Describe image",
    content: { width: 209, height: 250 },
  },
] as const;

const BACKGROUND = "linear-gradient(160deg, #7d68f5, #4f39c6)";

const browser = await chromium.launch({
  executablePath: Bun.which("chromium") ?? "chromium",
  args: ["--no-sandbox"],
});
try {
  for (const { source, name, caption, content } of ICONS) {
    const symbol = await Bun.file(join(MENU, "source", `${source}.svg`)).text();
    for (const size of MENU_SIZES) {
      const file = size === MENU_SIZES[0] ? `${name}.png` : `${name}-${size}.png`;
      await draw({ width: size, height: size }, "50%", symbol, "", join(MENU, "icons", file));
    }
    const label = `<p style="font:600 ${content.width * 0.092}px system-ui,sans-serif;color:#fff;margin:0 0 .9em;text-align:center">${caption}</p>`;
    await draw(content, "26px", symbol, label, join(MENU, "content", `${name}.png`));
  }
} finally {
  await browser.close();
}

async function draw(
  { width, height }: { readonly width: number; readonly height: number },
  radius: string,
  symbol: string,
  label: string,
  path: string,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height } });
  const card = `display:flex;flex-direction:column;align-items:center;justify-content:center;width:100vw;height:100vh;border-radius:${radius};background:${BACKGROUND}`;
  const picture = `width:${label === "" ? 66 : 84}%;flex:${label === "" ? "none" : "1"};display:flex;align-items:center`;
  await page.setContent(
    `<body style="margin:0;background:transparent"><div style="${card}"><div style="${picture}">${symbol}</div>${label}</div></body>`,
  );
  await page.screenshot({ path, omitBackground: true });
  await page.close();
}
