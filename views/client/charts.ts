// Draws the charts of the page with uPlot, from what stands beside each of them, and again when the page is renewed.
import uPlot from "uplot";
import type { ChartDrawing } from "../chart/chart-drawing.ts";
import { dateTime, FIGURES } from "../format.ts";
import { chartData, chartOptions, type Palette } from "./chart-options.ts";
import { REDRAWN, ZOOMED } from "./redrawn.ts";

/** What is drawn, by the element it is drawn in. */
const drawn = new Map<Element, { readonly plot: uPlot; readonly renew: () => void }>();
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    drawn.get(target)?.plot.setSize({ width: contentRect.width, height: contentRect.height });
  }
});

function drawAll(): void {
  for (const [place, { plot }] of drawn) {
    if (place.isConnected) continue;
    sizes.unobserve(place);
    plot.destroy();
    drawn.delete(place);
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    if (!drawn.has(place)) draw(place);
  }
}

function draw(place: HTMLElement): void {
  const drawing = JSON.parse(place.dataset.chart ?? "") as ChartDrawing;
  const figure = place.closest("figure") ?? place;
  const legend = [...figure.querySelectorAll<HTMLElement>(".legend > li")];
  const when = legend.pop();
  const hidden = hiddenIn(figure);
  let palette = paletteOf(place, legend);
  const plot = new uPlot(
    chartOptions(drawing, () => palette, place.getBoundingClientRect(), {
      onPoint: tell,
      onZoom: (isPart) => figure.toggleAttribute(ZOOMED, isPart),
    }),
    chartData(drawing, hidden),
    place,
  );
  const renew = () => {
    palette = paletteOf(place, legend);
    plot.redraw(false);
  };
  drawn.set(place, { plot, renew });
  sizes.observe(place);

  const figures = legend.map((entry) => entry.querySelector("strong"));
  const atRest = [...figures, when].map((each) => each?.textContent ?? "");
  /** The legend says what was measured in the step that is pointed at. */
  function tell(step: number | null): void {
    for (const [series, figure] of figures.entries()) {
      if (figure === null) continue;
      const value = step === null ? null : (drawing.values[series]?.[step] ?? null);
      figure.textContent = step === null ? (atRest[series] ?? "") : FIGURES[drawing.format](value);
    }
    if (when === undefined) return;
    const time = new Date((drawing.start + (step ?? 0) * drawing.step) * 1000).toISOString();
    when.textContent = step === null ? (atRest.at(-1) ?? "") : dateTime(time).slice(0, 16);
  }

  if (legend.length < 2) return;
  for (const [series, entry] of legend.entries()) {
    makeSwitch(entry, !hidden.has(series), (isShown) => {
      if (isShown) hidden.delete(series);
      else hidden.add(series);
      figure.dataset.hidden = [...hidden].join(" ");
      plot.setData(chartData(drawing, hidden));
    });
  }
}

/** Which series somebody does not want to see, by their number; a renewed chart takes that over. */
function hiddenIn({ dataset }: HTMLElement): Set<number> {
  return new Set(dataset.hidden?.split(" ").filter(Boolean).map(Number));
}

/** An entry of the legend that shows and hides its series. */
function makeSwitch(entry: HTMLElement, isShown: boolean, onChange: (isShown: boolean) => void): void {
  const button = document.createElement("button");
  button.type = "button";
  button.ariaPressed = String(isShown);
  button.append(...entry.childNodes);
  entry.append(button);
  button.addEventListener("click", () => {
    const isShown = button.ariaPressed !== "true";
    button.ariaPressed = String(isShown);
    onChange(isShown);
  });
}

/** The colours of the page as it is: light or dark, or what the system demands. */
function paletteOf(place: HTMLElement, legend: readonly HTMLElement[]): Palette {
  const { color, outlineColor, fontFamily, fontSize } = getComputedStyle(place);
  return {
    text: color,
    grid: outlineColor,
    font: `${fontSize} ${fontFamily}`,
    series: legend.map((entry) => getComputedStyle(entry, "::before").backgroundColor),
  };
}

function renewAll(): void {
  for (const { renew } of drawn.values()) renew();
}

drawAll();
document.addEventListener(REDRAWN, drawAll);
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", renewAll);
}
